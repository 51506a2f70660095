"""What is served to programs: health, metrics, the API and the gate."""
