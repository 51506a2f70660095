"""Telegram and ntfy as far as a pager needs them, on loopback and within their limits; and a phone."""
