"""The commands: each file here is one, named like it. Nothing else has to know of it."""
