"""Whether the exchange that a bot names in its database is the one that an account is on. Pure.

Bots name an exchange by the id of its spot class, for futures too, and ccxt has classes of their own for some
parts of an exchange.
"""

from verification.venues.registry import one_company


def same_exchange(named: str, venue: str) -> bool:
    """Return True when a bot's name of its exchange and an account's ccxt id mean one exchange."""
    one, other = named.strip().lower(), venue.lower()
    return one == other or one_company(one, other)
