"""Tests of reconciler.storage, on real SQLite files and a real PostgreSQL server."""
