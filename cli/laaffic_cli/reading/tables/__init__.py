"""Files about messages that were posted: outcomes, and what else has a message id in each row."""
