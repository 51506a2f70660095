"""Numbers and times as a person reads them. Pure: the same value always gives the same words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconciler.facts.wording import span

UNKNOWN = "not known"

_DOLLARS = frozenset({"USD", "USDT", "USDC", "BUSD", "FDUSD", "TUSD", "DAI"})
DOLLARS = "USD"
_LONG_NAME = 48  # characters; the longest symbols of venues have about thirty
_SHORT_MS = 10
_SECOND_MS = 1000


def duration(length: timedelta) -> str:
    """Say how long, with its two largest units: `4 s`, `3 m 12 s`, `2 h 5 m`, `3 d 4 h`. Never negative."""
    return span(length)


def ago(moment: datetime | None, now: datetime) -> str:
    """Say how long ago: `4 s ago`, `just now`, `never`. A moment in the future is `just now`."""
    if moment is None:
        return "never"
    return "just now" if now - moment < timedelta(seconds=1) else f"{duration(now - moment)} ago"


def read(at: datetime, changed: datetime | None, now: datetime) -> str:
    """Say how old a reading is, and apart from that how long what it shows is so: `read 16 s ago, ...`."""
    return f"read {ago(at, now)}{unchanged(changed, at)}"


def unchanged(changed: datetime | None, read_at: datetime) -> str:
    """Say for how long something had not changed when it was read, as it follows on an age.

    What has become of it since nobody knows before the next reading.
    """
    return "" if changed is None else f", unchanged for {duration(read_at - changed)}"


def clock(moment: datetime | None) -> str:
    """Return the time of day, UTC: `14:02:11 UTC`."""
    return UNKNOWN if moment is None else moment.astimezone(UTC).strftime("%H:%M:%S UTC")


def hour(moment: datetime) -> str:
    """Return hours and minutes, UTC, where the seconds say nothing: `03:29`."""
    return moment.astimezone(UTC).strftime("%H:%M")


def day_time(moment: datetime | None, now: datetime) -> str:
    """Return the time of day, UTC, with its date where that is not today's: `14:02:11`, `11-21 14:02:11`."""
    if moment is None:
        return UNKNOWN
    there = moment.astimezone(UTC)
    if there.date() == now.astimezone(UTC).date():
        return f"{there:%H:%M:%S}"
    return f"{there:%m-%d %H:%M:%S}" if there.year == now.year else f"{there:%Y-%m-%d %H:%M}"


def stamp(moment: datetime | None) -> str:
    """Return date and time, UTC: `2026-11-22 14:02:11 UTC`."""
    return UNKNOWN if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def number(value: Decimal) -> str:
    """Return an exact number without exponent or trailing zeros: `0.85`, `1,200`."""
    shown = f"{value:,f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def base_of(symbol: str) -> str:
    """Return the base currency of a unified symbol: `AVL` of `AVL/USDT:USDT`."""
    return symbol.partition("/")[0]


def quote_of(symbol: str) -> str:
    """Return the quote currency of a unified symbol: `USDT` of `AVL/USDT:USDT`; empty if it has none."""
    return symbol.partition("/")[2].partition(":")[0]


def counted_in(symbol: str) -> str:
    """Return what contracts are counted in: the base, or the quote of one that is settled in its base."""
    settle = symbol.partition(":")[2].partition("-")[0]
    return quote_of(symbol) if settle == base_of(symbol) else base_of(symbol)


def shortened(name: str) -> str:
    """Return a name that leaves room beside it: its middle left out where it is longer than any real one."""
    if len(name) <= _LONG_NAME:
        return name
    kept = _LONG_NAME // 2
    return f"{name[:kept]}…{name[-kept:]}"


def quantity(signed: Decimal | None, contract_size: Decimal | None, symbol: str) -> str:
    """Say a position: `long 43 contracts (43 AVL)`, `short 2 contracts`, `flat`, `not known`."""
    if signed is None:
        return UNKNOWN
    if signed == 0:
        return "flat"
    side = "long" if signed > 0 else "short"
    return f"{side} {size(signed, contract_size, symbol)}"


def size(signed: Decimal, contract_size: Decimal | None, symbol: str) -> str:
    """Say a size without its side: `43 contracts (43 AVL)`."""
    contracts = abs(signed)
    unit = "contract" if contracts == 1 else "contracts"
    if contract_size is None:
        return f"{number(contracts)} {unit}"
    return f"{number(contracts)} {unit} ({number(contracts * contract_size)} {shortened(counted_in(symbol))})"


def money(value: Decimal | None, quote: str = "USDT") -> str:
    """Say an amount of the quote currency: `$940`, `$81 k`, `$1.2 M`, `810 k EUR`, `not known`."""
    if value is None:
        return UNKNOWN
    amount = abs(value)
    sign = "-" if value < 0 else ""
    if amount >= Decimal(999500):
        text = f"{_short(amount / 1_000_000)} M"
    elif amount >= Decimal(9995):
        text = f"{_short(amount / 1000)} k"
    else:
        text = number(amount.quantize(Decimal(1))) if amount >= 100 else number(_cents(amount))  # noqa: PLR2004 - cents matter below 100
    return f"{sign}${text}" if not quote or quote in _DOLLARS else f"{sign}{text} {shortened(quote)}"


def signed_money(value: Decimal, quote: str = "USDT") -> str:
    """Return a result with its sign: `+$12.40`. It never has a colour: red means danger, and nothing else."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{money(abs(value), quote)}"


def counted_as(quote: str) -> str:
    """Return the currency that a quote is added up in: dollars of any kind are one."""
    return DOLLARS if not quote or quote in _DOLLARS else quote


def exact_money(value: Decimal | None, quote: str = DOLLARS) -> str:
    """Say an amount to the unit, for sums and cards: `$121,814`, `$15.77`, `3,000 EUR`, `not known`."""
    if value is None:
        return UNKNOWN
    amount = abs(value)
    text = number(amount.quantize(Decimal(1))) if amount >= 100 else number(_cents(amount))  # noqa: PLR2004 - cents matter below 100
    sign = "-" if value < 0 else ""
    return f"{sign}${text}" if counted_as(quote) == DOLLARS else f"{sign}{text} {shortened(quote)}"


def much(value: Decimal, unit: str) -> str:
    """Say a large number shortly: `17.0 M`, `812 k`, `940`, followed by its unit."""
    for size, letter in ((Decimal(10) ** 9, "G"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k")):
        if value >= size:
            return f"{(value / size).quantize(Decimal('0.1'))} {letter} {unit}".rstrip()
    return f"{number(value.quantize(Decimal(1)))} {unit}".rstrip()


def based(signed: Decimal | None, contract_size: Decimal | None, symbol: str) -> str:
    """Say a position in its base currency alone: `long 0.85 BTC`, `flat`; else in contracts."""
    if signed is None:
        return UNKNOWN
    if signed == 0:
        return "flat"
    side = "long" if signed > 0 else "short"
    if contract_size is None:
        return f"{side} {number(abs(signed))} {'contract' if abs(signed) == 1 else 'contracts'}"
    return f"{side} {number(abs(signed) * contract_size)} {shortened(counted_in(symbol))}"


def local(moment: datetime, zone: str | None) -> str:
    """Return the time of day where the reader is: `04:14:22 Berlin`; empty where that is UTC or not known."""
    if not zone:
        return ""
    try:
        there = moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return ""  # a browser may name any zone: UTC stands beside it anyway
    if there.utcoffset() == timedelta(0):
        return ""
    return f"{there:%H:%M:%S} {zone.rpartition('/')[2].replace('_', ' ')}"


def milliseconds(value: float | None) -> str:
    """Say a short time: `4.2 ms`, `310 ms`, `2.41 s`; a dash where nothing was measured."""
    if value is None:
        return "-"
    if value < _SHORT_MS:
        return f"{value:.1f} ms"
    return f"{value:.0f} ms" if value < _SECOND_MS else f"{value / _SECOND_MS:.2f} s"


def together(values: tuple[float | None, ...]) -> str:
    """Say several short times in the unit of the longest: `12 / 310 / 940 ms`, `0.01 / 0.31 / 3.2 s`."""
    known = [value for value in values if value is not None]
    if not known:
        return UNKNOWN
    seconds = max(known) >= _SECOND_MS
    shown = [_bare(value, seconds=seconds) for value in values]
    return f"{' / '.join(shown)} {'s' if seconds else 'ms'}"


def count(value: int, one: str, many: str = "") -> str:
    """Say how many: `1 position`, `2 positions`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def _bare(value: float | None, *, seconds: bool) -> str:
    if value is None:
        return "-"
    if seconds:
        return f"{value / _SECOND_MS:.2f}" if value < _SECOND_MS else f"{value / _SECOND_MS:.1f}"
    return f"{value:.1f}" if value < _SHORT_MS else f"{value:.0f}"


def _short(value: Decimal) -> str:
    return number(value.quantize(Decimal("0.1") if value < 10 else Decimal(1)))  # noqa: PLR2004 - two digits are enough


def _cents(amount: Decimal) -> Decimal:
    # An amount that is not zero is never shown as zero.
    rounded = amount.quantize(Decimal("0.01"))
    return rounded if rounded or not amount else Decimal("0.01")
