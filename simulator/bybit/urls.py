"""Where ccxt must be pointed: every address it knows of Bybit, so that none is left that leads outside."""

from typing import Any

_REST = ("spot", "futures", "v2", "public", "private")
_PUBLIC = ("spot", "inverse", "option", "linear")


def ccxt_config(url: str) -> dict[str, Any]:
    """Return what to merge into ccxt's constructor to reach the venue at `url` and nothing else.

    Only linear contracts are simulated, so only they are to be listed.
    """
    sockets = "ws" + url.removeprefix("http")
    private = f"{sockets}/v5/private"
    ws = {
        "public": {name: f"{sockets}/v5/public/{name}" for name in _PUBLIC},
        "private": {
            "spot": {"unified": private, "nonUnified": f"{sockets}/spot/private/v3"},
            "contract": private,
            "usdc": private,
            "trade": f"{sockets}/v5/trade",
        },
    }
    rest: dict[str, Any] = dict.fromkeys(_REST, url)
    return {"urls": {"api": {**rest, "ws": ws}}, "options": {"fetchMarkets": {"types": ["linear"]}}}
