"""Tests of the simulated venue: its engine, its Binance face over real sockets, its faults, its process."""
