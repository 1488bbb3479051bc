"""Waiting: claim, post, record, again and again."""
