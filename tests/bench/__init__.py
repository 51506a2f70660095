"""Measures verdicts beside what a bot would use instead: `python -m tests.bench`."""
