"""One run of `laaffic send`: from the options to the exit code."""
