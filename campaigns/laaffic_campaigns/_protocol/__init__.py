"""Every step from one state to another, as transactions, and what decides on them; in `pacing/` when."""
