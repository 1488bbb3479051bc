"""Sending, and what is seen and told of it."""
