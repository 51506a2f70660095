"""Quantities and times as a trader says them."""

from datetime import datetime, timedelta
from decimal import Decimal

from verification.facts.account import Market

_MINUTE = 60
_HOUR = 3600
_DAY = 86400


def number(value: Decimal) -> str:
    """Return a plain number: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def base_of(symbol: str) -> str:
    """Return the base currency of a ccxt unified symbol: `AVL` of `AVL/USDT:USDT`."""
    return symbol.split("/", 1)[0]


def is_inverse(symbol: str) -> bool:
    """True for a symbol settled in its base currency, `BTC/USD:BTC`: its contracts are so much quote."""
    base, _, rest = symbol.partition("/")
    settle = rest.partition(":")[2].partition("-")[0]
    return bool(settle) and settle == base


def unit_of(symbol: str) -> str:
    """Return the currency that contracts are counted in: the base, of inverse ones the quote."""
    return symbol.partition("/")[2].partition(":")[0] if is_inverse(symbol) else base_of(symbol)


def size_told(market: Market | None) -> Decimal | None:
    """Return what one contract counts for, in the `unit_of` its symbol; None where that cannot be said.

    That is where the market is not known, is settled in a third currency, or counts otherwise than its
    symbol says.
    """
    if market is None or market.quanto or market.inverse is not is_inverse(market.symbol):
        return None
    return market.contract_size


def amount(contracts: Decimal, symbol: str, contract_size: Decimal | None) -> str:
    """Return an unsigned quantity: `43 AVL`, or `4.3 contracts (43 AVL)` where a contract is not one coin."""
    size = abs(contracts)
    if contract_size is None:
        return f"{number(size)} contracts"
    coins = f"{number((size * contract_size).normalize())} {unit_of(symbol)}"
    return coins if contract_size == 1 else f"{number(size)} contracts ({coins})"


def holding(contracts: Decimal, symbol: str, contract_size: Decimal | None) -> str:
    """Return a signed quantity: `long 43 AVL`, `short 300 NEAR`, `nothing`."""
    if contracts == 0:
        return "nothing"
    side = "long" if contracts > 0 else "short"
    return f"{side} {amount(contracts, symbol, contract_size)}"


def value(amount: Decimal, symbol: str) -> str:
    """Return an amount of a symbol's quote currency: `1500.25 USDT`."""
    quote = symbol.partition("/")[2].partition(":")[0]
    return f"{number(round(amount, 2))} {quote}".strip()


def clock(at: datetime) -> str:
    """Return the time of day in UTC."""
    return f"{at:%H:%M:%S} UTC"


def duration(seconds: float) -> str:
    """Return a span as people say it: `45 s`, `12 min`, `3 h 10 min`."""
    whole = int(seconds)
    if whole < 120:  # noqa: PLR2004 - below two minutes seconds say more
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 120:  # noqa: PLR2004 - below two hours minutes say more
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def span(length: timedelta) -> str:
    """Return a span with its two largest units: `4 s`, `3 m 12 s`, `2 h 5 m`, `3 d 4 h`. Never negative."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return _two(seconds // _MINUTE, "m", seconds % _MINUTE, "s")
    if seconds < _DAY:
        return _two(seconds // _HOUR, "h", seconds % _HOUR // _MINUTE, "m")
    return _two(seconds // _DAY, "d", seconds % _DAY // _HOUR, "h")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"
