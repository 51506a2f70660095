"""The door to ccxt: unmodified, with its traps closed."""
