"""The databases that a ledger may be kept in, and the locks that they give."""
