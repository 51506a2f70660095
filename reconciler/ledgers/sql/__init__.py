"""Any database that a SELECT of the settings can read."""
