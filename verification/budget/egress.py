"""Which requests leave by which address, as far as the settings tell; pure."""

from collections.abc import Mapping
from typing import Any

_PROXIES = ("proxyurl", "httpproxy", "httpsproxy", "socksproxy", "aiohttpproxy", "proxy")


def proxies_of(ccxt: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the proxies of an account's `ccxt`, however they are spelled. They may hold a password."""
    told = ((name.lower().replace("_", ""), value) for name, value in ccxt.items())
    return tuple(sorted((name, str(value)) for name, value in told if name in _PROXIES and value))


def egress_of(name: str, ccxt: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what stands for an account's address: the name that it was given, else its proxies, else none.

    Accounts with equal ones are counted together. It may hold a password: it is compared, and never shown.
    """
    return (name,) if name else proxies_of(ccxt)
