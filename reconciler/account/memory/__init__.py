"""What is remembered of one account between its looks; pure."""
