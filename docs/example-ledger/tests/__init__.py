"""What is tried of the diary."""
