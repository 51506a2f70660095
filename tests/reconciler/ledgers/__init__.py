"""Tests of the ledgers: bots' databases, read without hurting them."""
