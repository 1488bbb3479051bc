"""What is sent, and the ways in which it is."""
