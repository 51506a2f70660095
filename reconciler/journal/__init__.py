"""The journal: what a bot that uses the library writes down, before and after it acts."""
