"""Campaigns whose runners are killed and whose databases fail; the gateway's book is held against the ledger."""
