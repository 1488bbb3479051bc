"""Measurements. Every figure is a ratio taken in one run on one machine; nothing here is a test."""
