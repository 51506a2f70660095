"""Values as people write them in the settings: each is returned as it may stand, or refused in words."""

import re
from ipaddress import IPv4Address, IPv6Address
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconciler.ledgers.registry import KINDS
from reconciler.settings.consistency import ledger_names
from reconciler.settings.refusal import close_match


def names(value: object) -> object:
    """Return the names in a list or in a text with commas; anything else as it is, for pydantic to refuse."""
    found = ledger_names(value)
    return value if found is None else found


def venue_id(venue: str) -> str:
    """Return a ccxt exchange id. Raises ValueError for what is not written like one."""
    if not re.fullmatch(r"[a-z][a-z0-9]*", venue):
        raise ValueError("is not written like a ccxt exchange id, which is small letters and digits")
    return venue


def ledger_kind(kind: str) -> str:
    """Return the word for a kind of ledger. Raises ValueError for one that is not known here."""
    if kind not in KINDS:
        raise ValueError(f"is not known{close_match(kind, list(KINDS))}")
    return kind


def loopback(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return a loopback address. Raises ValueError for any other."""
    if not address.is_loopback:
        raise ValueError(
            "is no loopback address; others are refused until there is authentication: use 127.0.0.1"
        )
    return address


def zone_name(name: str | None) -> str | None:
    """Return the name of a time zone, or none. Raises ValueError for one that is not known here."""
    try:
        if name is not None:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone that is known here: write one like Asia/Tokyo or UTC") from None
    return name
