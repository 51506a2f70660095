"""What a key of Binance may do, as the venue tells it."""

from verification.facts.errors import SourceMalformed
from verification.facts.key_rights import KeyRights
from verification.venues.capabilities import KeyQuestion
from verification.venues.reading.exactness import Row

_ORDERS = (
    "enableFutures",
    "enableSpotAndMarginTrading",
    "enableMargin",
    "enableVanillaOptions",
    "enablePortfolioMarginTrading",
    "enableFixApiTrade",
)
_TOLD = ("enableFutures", "enableWithdrawals", "enableSpotAndMarginTrading")
_WITHDRAWALS = "enableWithdrawals"


def rights(answer: Row) -> KeyRights:
    """Read the restrictions of a key.

    Rights come and go with the venue's products. Those that count must be told; of the rest what is said.
    """
    named = {name for name in (*_TOLD, *_ORDERS) if name in answer}
    said = {name: _told(answer, name) for name in (*_TOLD, *named)}
    others = (
        name for name, value in answer.items() if name.startswith(("enable", "permits")) and value is True
    )
    granted = tuple(sorted({name for name, value in said.items() if value} | set(others)))
    trades = any(said.get(name, False) for name in _ORDERS)
    return KeyRights(trades=trades, withdraws=said[_WITHDRAWALS], granted=granted)


def _told(answer: Row, name: str) -> bool:
    """Return a truth that is there: one that is missing would read as "no", and the key as harmless."""
    if not isinstance(answer.get(name), bool):
        raise SourceMalformed(f"the rights of the key: `{name}` is not told as true or false")
    return bool(answer[name])


RIGHTS = KeyQuestion("sapiGetAccountApiRestrictions", rights)
