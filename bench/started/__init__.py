"""What is started for measuring: environments, processes, the server that responds."""
