"""The house rules that linters miss, as tests."""
