"""What makes accounts the same but for their keys: only those that are share connections and market lists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ccxt

from verification.venues.capabilities import Capabilities
from verification.venues.port import Access


@dataclass(frozen=True, slots=True, eq=True)
class Likeness:
    """Equal for accounts of one venue, one address and the same settings of ccxt, whatever their keys.

    All of the settings count, for any of them may lead to other hosts, another proxy, a sandbox or another
    list: what is not known to be the same is shared with nobody. They may hold a proxy's password.

    Attributes:
        venue: ccxt exchange id.
        egress: The name of the address that requests leave by.
        settings: What is merged into ccxt's constructor, without keys. Things in it that are no plain
            values, such as a session, are equal to themselves only.
        capabilities: What is known of the venue.
    """

    venue: str
    egress: str
    settings: Mapping[str, Any] = field(repr=False)
    capabilities: Capabilities = field(repr=False)


_KEYS = frozenset(name.lower() for name in ccxt.Exchange.requiredCredentials)


def likeness_of(access: Access, capabilities: Capabilities) -> Likeness:
    """Return what an account has in common with others that are like it."""
    settings = {name: value for name, value in access.ccxt.items() if not _is_key(name)}
    return Likeness(access.venue, access.egress, settings, capabilities)


def _is_key(name: str) -> bool:
    return name.replace("_", "").lower() in _KEYS
