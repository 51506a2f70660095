"""Where ccxt must be pointed: every address it knows of Binance, so that none is left that leads outside."""

from typing import Any

from simulator.toml import settings_toml

_REST = {
    "sapi": "sapi/v1",
    "sapiV2": "sapi/v2",
    "sapiV3": "sapi/v3",
    "sapiV4": "sapi/v4",
    "dapiPublic": "dapi/v1",
    "dapiPrivate": "dapi/v1",
    "dapiPrivateV2": "dapi/v2",
    "dapiData": "futures/data",
    "eapiPublic": "eapi/v1",
    "eapiPrivate": "eapi/v1",
    "fapiPublic": "fapi/v1",
    "fapiPublicV2": "fapi/v2",
    "fapiPublicV3": "fapi/v3",
    "fapiPrivate": "fapi/v1",
    "fapiPrivateV2": "fapi/v2",
    "fapiPrivateV3": "fapi/v3",
    "fapiData": "futures/data",
    "public": "api/v3",
    "private": "api/v3",
    "v1": "api/v1",
    "papi": "papi/v1",
    "papiV2": "papi/v2",
}
_STREAMS = {
    "spot": "ws",
    "margin": "ws",
    "linear": "ws",
    "inverse": "ws",
    "stock": "equity/ws",
    "option": "public/ws",
    "optionMarket": "market/ws",
    "optionPrivate": "private/ws",
    "papi": "pm/ws",
}
_WS_API = {"spot": "ws-api/v3", "linear": "ws-fapi/v1", "inverse": "ws-dapi/v1"}


def ccxt_config(url: str) -> dict[str, Any]:
    """Return what to merge into ccxt's constructor to reach the venue at `url` and nothing else.

    `ws.linear` ends in `/ws`, because ccxt puts the category (`/private`, `/market`) before that ending.
    """
    sockets = "ws" + url.removeprefix("http")
    ws: dict[str, Any] = {name: f"{sockets}/{path}" for name, path in _STREAMS.items()}
    ws["ws-api"] = {name: f"{sockets}/{path}" for name, path in _WS_API.items()}
    rest: dict[str, Any] = {name: f"{url}/{path}" for name, path in _REST.items()}
    return {"urls": {"api": {**rest, "ws": ws}}, "options": {"fetchCurrencies": False}}


def toml(url: str, account: str = "main") -> str:
    """Return the same as tables of settings, ready to paste."""
    return settings_toml(ccxt_config(url), account)
