"""What becomes of a message after it was accepted, and who is told."""
