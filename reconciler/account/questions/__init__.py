"""What a change of a ledger asks: which opens and closes are to be verified; pure."""
