"""One account under watch."""
