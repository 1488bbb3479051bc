"""What the options of commands say, checked."""
