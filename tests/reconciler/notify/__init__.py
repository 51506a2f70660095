"""What people are told: to whom, when, in which words, and that none of it is lost."""
