"""What a developer watches: the last requests with their responses, and events as they come."""
