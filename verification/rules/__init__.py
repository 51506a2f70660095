"""What observations prove about a question: pure rules, each with its grade and its reason."""
