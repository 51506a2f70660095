"""Evidence, stored and read back."""
