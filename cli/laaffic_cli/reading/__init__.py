"""From files and options to messages, each problem with its place and remedy."""
