"""Whether the exchange that a bot names in its database is the one that an account is on. Pure.

Bots name an exchange by the id of its spot class (freqtrade writes `binance` for USD-M futures, too), and
ccxt has classes of their own for some parts of an exchange. Not every common beginning is a family:
`binanceus` is another company's exchange than `binance`, with other accounts.
"""

_FAMILIES: tuple[frozenset[str], ...] = (
    frozenset({"binance", "binanceusdm", "binancecoinm"}),
    frozenset({"gate", "gateio"}),
    frozenset({"htx", "huobi", "huobipro"}),
    frozenset({"kraken", "krakenfutures"}),
    frozenset({"kucoin", "kucoinfutures"}),
    frozenset({"okx", "okex", "okex5"}),
    frozenset({"coinbase", "coinbaseadvanced"}),
    frozenset({"bitfinex", "bitfinex2"}),
    frozenset({"cryptocom", "crypto_com", "crypto.com"}),
)
"""Ids under which ccxt, or a bot of an earlier year, names one and the same company's accounts."""


def same_exchange(named: str, venue: str) -> bool:
    """Return True when a bot's name of its exchange and an account's ccxt id mean one exchange."""
    one, other = named.strip().lower(), venue.lower()
    return one == other or any(one in family and other in family for family in _FAMILIES)
