"""Questions under way."""
