"""Commands that keep the record: the ledger and the store."""
