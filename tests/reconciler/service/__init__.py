"""What runs, and who watches."""
