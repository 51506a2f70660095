"""ccxt, unmodified, with its traps closed: exchanges, keys, requests, failures."""
