"""Which ledger and which campaign is meant, and that the same command goes on with it."""
