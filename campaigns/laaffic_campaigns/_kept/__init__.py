"""What a ledger keeps, and where: tables and packed columns, the spool, and in `databases/` who keeps them."""
