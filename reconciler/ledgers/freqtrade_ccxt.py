"""What a freqtrade configuration hands to ccxt, as far as it leads Trueup to the same account. No secret."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from reconciler.ledgers.freqtrade_config import merged

_TAKEN = frozenset({"urls", "options", "hostname", "sandbox", "testnet"})
_PROXIES = frozenset(
    {
        "httpProxy",
        "httpsProxy",
        "socksProxy",
        "wsProxy",
        "wssProxy",
        "wsSocksProxy",
        "aiohttp_proxy",
        "proxyUrl",
    }
)
_OF_NO_MATTER = frozenset({"enableRateLimit", "rateLimit", "verbose", "timeout", "proxies"})
"""Trueup paces its own requests; `proxies` has a line of its own."""

_SECRET = (
    *("apikey", "secret", "password", "passphrase", "privatekey", "token", "twofa", "seed", "mnemonic"),
    *("wallet", "login", "auth"),
)
"""What is in the name of an option that may be a secret, without case and underscores."""


def ccxt_of(exchange: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return what to merge into ccxt's constructor, and plain lines on what was left out of it.

    Args:
        exchange: The table `exchange` of the configuration.
    """
    given: dict[str, Any] = {}
    for name in ("ccxt_config", "ccxt_sync_config", "ccxt_async_config"):
        table = exchange.get(name)
        if isinstance(table, Mapping):
            given = merged(table, given)
    left: list[str] = []
    taken = {
        key: value
        for key, value in ((key, _clean(key, value, left)) for key, value in given.items() if _wanted(key))
        if value not in ({}, None)
    }
    if exchange.get("demo_trading") is True:
        taken["options"] = {**taken.get("options", {}), "enableDemoTrading": True}
    return taken, list(_notes(given, taken, left))


def _wanted(key: str) -> bool:
    return key in _TAKEN | _PROXIES


def _clean(name: str, value: Any, left: list[str]) -> Any:
    """Return a value without what is secret in it or TOML cannot say; None for nothing of it."""
    if isinstance(value, Mapping):
        inner = {key: _clean(f"{name}.{key}", each, left) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each is not None}
    plain = name.rpartition(".")[2].replace("_", "").replace("-", "").lower()
    if isinstance(value, str) and (any(word in plain for word in _SECRET) or _holds_login(value)):
        left.append(name)
        return None
    if isinstance(value, list | tuple):
        return [each for each in value if isinstance(each, str | bool | int | float)]
    return value if isinstance(value, str | bool | int | float) else None


def _holds_login(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return "@" in value
    return bool(parts.scheme and "@" in parts.netloc)


def _notes(given: Mapping[str, Any], taken: Mapping[str, Any], left: list[str]) -> Iterator[str]:
    if left:
        yield (
            f"{', '.join(sorted(left))} of `ccxt_config` may be secret and is not copied: give it in the "
            """account's `ccxt` by a variable, TRUEUP_ACCOUNTS__NAME__CCXT='{"…": "…"}'"""
        )
    unused = sorted(key for key in given if not _wanted(key) and key not in _OF_NO_MATTER)
    if unused:
        yield f"not taken from `ccxt_config`: {', '.join(unused)}"
    http = sorted(key for key in taken if key in _PROXIES and not key.startswith("ws"))
    if http and not any(key.startswith("ws") for key in taken):
        yield f"{', '.join(http)} is for requests only: name `wssProxy` too where nothing may leave directly"
    urls = taken.get("urls")
    api = urls.get("api") if isinstance(urls, Mapping) else None
    if isinstance(api, Mapping) and api and "ws" not in api:
        yield "`urls` of `ccxt_config` leads elsewhere, but no stream: name `urls.api.ws` too"
    if given.get("proxies"):
        yield "`proxies` of `ccxt_config` is not ccxt's for streams: write `httpsProxy` and `wssProxy`"
