"""Tests of the gateway to ccxt: everything that needs no socket."""
