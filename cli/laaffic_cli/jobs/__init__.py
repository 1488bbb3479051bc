"""What commands do: from the options to the exit code."""
