"""The ports to a venue, implemented with ccxt: reading an account, placing orders."""
