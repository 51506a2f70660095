"""What the two sides hold, compared."""
