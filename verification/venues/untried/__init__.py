"""Venues without a dialect of their own, as data: one file a family."""
