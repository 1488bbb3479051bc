"""What every request passes, whichever endpoint it is for, and the account that it is about."""
