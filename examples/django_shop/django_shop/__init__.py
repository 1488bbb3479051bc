"""A shop whose customers sign in with a code by SMS."""
