"""Sending so that every outcome is kept: counts, files on disk, and where a signal may come through."""
