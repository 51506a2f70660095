"""What cannot be seen."""
