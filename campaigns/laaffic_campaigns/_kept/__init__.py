"""What a ledger keeps, and where: tables, packed columns, databases, locks."""
