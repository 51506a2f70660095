"""Worlds in virtual time, one per seed, that try to make the verifier say something false."""
