"""What became of messages after they were posted, and of those whose response was lost."""
