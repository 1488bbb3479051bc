"""What a run says at its end: a table, one JSON document, and what went wrong."""
