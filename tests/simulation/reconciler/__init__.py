"""Worlds in which a ledger and a venue drift apart and heal, and the real reconciler watches both."""
