"""Bybit v5, linear contracts: what is known of them, their requests, rows and frames."""
