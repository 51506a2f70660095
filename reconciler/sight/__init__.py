"""What can be seen of an account, and what cannot: blindness, stalls, one word for it; pure."""
