"""Unmodified ccxt against the simulated venue, over real sockets."""
