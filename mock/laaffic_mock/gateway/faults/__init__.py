"""What goes wrong on request: the faults, the numbers that ask for one, and how a response is spoiled."""
