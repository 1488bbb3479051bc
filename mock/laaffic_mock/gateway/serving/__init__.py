"""The gateway over HTTP: its endpoints, its inspection paths, and the connections below them."""
