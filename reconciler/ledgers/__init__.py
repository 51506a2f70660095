"""The databases of bots, read without hurting them: one file a kind of ledger."""
