"""What is said and decided of each kind of alert: one file a kind, and the registry; pure."""
