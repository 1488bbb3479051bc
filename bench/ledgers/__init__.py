"""Campaigns: from a CSV file to recorded outcomes, in a ledger."""
