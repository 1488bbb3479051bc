"""What is in a file, format by format: each reader yields rows, or what is wrong with one, and none holds a file."""
