"""Whose turn it is to post, and when: rate, hours, brakes, and the slots of workers."""
