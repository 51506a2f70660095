"""Binance USD-M futures: what is known of them, their requests, rows and frames."""
