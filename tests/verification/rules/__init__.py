"""What observations prove."""
