"""Any database that a SELECT can read, on SQLite and on PostgreSQL."""
