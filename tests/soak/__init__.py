"""The soak: very many sends through every fault, compared with the gateway's book. `make soak` runs it."""
