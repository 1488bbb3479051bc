"""Telling what is known: counts and outcomes."""
