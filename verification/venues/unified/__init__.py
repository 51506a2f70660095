"""Any venue without a dialect of its own, through ccxt's unified calls."""
