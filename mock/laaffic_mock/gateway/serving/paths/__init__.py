"""The inspection paths, beside the contract's: what came, what becomes of it, and what is to go wrong."""
