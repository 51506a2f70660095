"""Asks a venue what the key may do. An answer that is not understood says nothing, least of all "no"."""

from collections.abc import Awaitable, Callable, Mapping
from operator import methodcaller

from verification.facts.errors import SourceMalformed
from verification.facts.key_rights import KeyRights
from verification.venues.capabilities import Dialect
from verification.venues.ccxt.asker import Asker
from verification.venues.reading.exactness import Row, record

_WHAT = "the rights of the key"
_ORDERS_ON_BINANCE = (
    "enableFutures",
    "enableSpotAndMarginTrading",
    "enableMargin",
    "enableVanillaOptions",
    "enablePortfolioMarginTrading",
    "enableFixApiTrade",
)
_TOLD_ON_BINANCE = ("enableFutures", "enableWithdrawals", "enableSpotAndMarginTrading")
_WITHDRAWALS = "enableWithdrawals"
_NO_ORDERS_ON_BYBIT = frozenset({"Wallet", "Exchange", "Affiliate"})


async def read_key_rights(dialect: Dialect, asker: Asker) -> KeyRights | None:
    """Return what the key may do; None where no question about it is known for the venue.

    Raises:
        SourceError: The venue could not be asked, would not say, or its answer is not understood.
    """
    way = _WAYS.get(dialect)
    if way is None:
        return None
    method, read = way
    ask: Callable[[object], Awaitable[object]] = methodcaller(method)
    return await asker.ask(_WHAT, ask, lambda answer: read(record(answer, _WHAT)))


def _binance(answer: Row) -> KeyRights:
    # Rights come and go with the venue's products. Those that count must be told; of the rest what is said.
    named = {name for name in (*_TOLD_ON_BINANCE, *_ORDERS_ON_BINANCE) if name in answer}
    said = {name: _told(answer, name) for name in (*_TOLD_ON_BINANCE, *named)}
    others = (
        name for name, value in answer.items() if name.startswith(("enable", "permits")) and value is True
    )
    granted = tuple(sorted({name for name, value in said.items() if value} | set(others)))
    trades = any(said.get(name, False) for name in _ORDERS_ON_BINANCE)
    return KeyRights(trades=trades, withdraws=said[_WITHDRAWALS], granted=granted)


def _told(answer: Row, name: str) -> bool:
    """Return a truth that is there: one that is missing would read as "no", and the key as harmless."""
    if not isinstance(answer.get(name), bool):
        raise SourceMalformed(f"{_WHAT}: `{name}` is not told as true or false")
    return bool(answer[name])


def _bybit(answer: Row) -> KeyRights:
    told = record(answer.get("result"), _WHAT)
    groups, read_only = told.get("permissions"), told.get("readOnly")
    if str(read_only) not in {"0", "1"} or not isinstance(groups, Mapping):
        raise SourceMalformed(f"{_WHAT}: `readOnly` or `permissions` is not as documented")
    if not all(isinstance(names, list) for names in groups.values()):
        raise SourceMalformed(f"{_WHAT}: `permissions` holds what is no list")
    granted = tuple(sorted(f"{group}.{name}" for group, names in groups.items() for name in names))
    if str(read_only) == "1":
        return KeyRights(trades=False, withdraws=False, granted=("readOnly", *granted))
    return KeyRights(
        trades=any(names for group, names in groups.items() if group not in _NO_ORDERS_ON_BYBIT),
        withdraws="Wallet.Withdraw" in granted,
        granted=granted,
    )


_WAYS: dict[Dialect, tuple[str, Callable[[Row], KeyRights]]] = {
    Dialect.BINANCE_FUTURES: ("sapiGetAccountApiRestrictions", _binance),
    Dialect.BYBIT_V5: ("privateGetV5UserQueryApi", _bybit),
}
