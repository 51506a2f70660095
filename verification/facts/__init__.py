"""The values that everything is said in: legs, observations, questions, verdicts, accounts, time."""
