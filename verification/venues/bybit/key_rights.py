"""What a key of Bybit may do, as the venue tells it."""

from collections.abc import Mapping

from verification.facts.errors import SourceMalformed
from verification.facts.key_rights import KeyRights
from verification.venues.capabilities import KeyQuestion
from verification.venues.reading.exactness import Row, record

_WHAT = "the rights of the key"
_NO_ORDERS = frozenset({"Wallet", "Exchange", "Affiliate"})


def rights(answer: Row) -> KeyRights:
    """Read the permissions of a key, group by group; a key that is read-only has none that count."""
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
        trades=any(names for group, names in groups.items() if group not in _NO_ORDERS),
        withdraws="Wallet.Withdraw" in granted,
        granted=granted,
    )


RIGHTS = KeyQuestion("privateGetV5UserQueryApi", rights)
