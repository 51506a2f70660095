"""What the settings tell ccxt of another account is obeyed or refused in words; nothing of it is ignored."""

from typing import Any

import pytest

from verification.facts.errors import SourceRejected
from verification.venues.ccxt.exchange import build_exchange
from verification.venues.port import Access
from verification.venues.registry import capabilities_of


async def addresses(venue: str, **ccxt: Any) -> str:
    """Build the venue's exchange with these settings; return where it would ask, and its headers."""
    access = Access("main", venue, "key", "secret", "phrase", ccxt=ccxt)
    exchange = build_exchange(access, capabilities_of(venue))
    said = f"{exchange.urls['api']} {exchange.headers} sandbox={exchange.isSandboxModeEnabled}"
    await exchange.close()
    return said


@pytest.mark.parametrize(
    ("venue", "ccxt", "says"),
    [
        ("binanceusdm", {"sandbox": True}, "enableDemoTrading"),
        ("binanceusdm", {"testnet": True}, "enableDemoTrading"),
        ("binanceusdm", {"options": {"sandboxMode": True}}, "enableDemoTrading"),
        ("binancecoinm", {"options": {"sandbox": True}}, "enableDemoTrading"),
        ("binanceusdm", {"options": {"portfolioMargin": True}}, "portfolio margin"),
        ("binanceusdm", {"options": {"fetchPositions": {"portfolioMargin": True}}}, "portfolio margin"),
        ("binanceusdm", {"options": {"papi": True}}, "portfolio margin"),
        ("binanceusdm", {"options": {"defaultType": "spot"}}, "spot"),
        ("binanceusdm", {"options": {"defaultType": "delivery"}}, "delivery"),
        ("binanceusdm", {"options": {"defaultSubType": "inverse"}}, "inverse"),
        ("bybit", {"options": {"defaultSubType": "inverse"}}, "inverse"),
        ("bybit", {"options": {"defaultType": "option"}}, "option"),
        ("okx", {"options": {"defaultType": "margin"}}, "margin"),
        ("okx", {"options": {"fetchPositions": {"method": "privateGetAccountPositionsHistory"}}}, "Trueup's"),
        ("bingx", {"options": {"fetchPositions": {"standard": True}}}, "Trueup's"),
        ("bingx", {"options": {"standard": True}}, "standard contracts"),
        ("gate", {"options": {"subAccount": "other"}}, "sub-account"),
        ("okx", {"subaccount": "other"}, "sub-account"),
        ("bybit", {"options": {"sub_account_id": 7}}, "sub-account"),
        ("hyperliquid", {"options": {"vaultAddress": "0x1"}}, "sub-account"),
        ("hyperliquid", {"subAccountAddress": "0x1"}, "sub-account"),
        ("htx", {"sandbox": True}, "no such venue"),
        ("htx", {"options": {"sandbox": True}}, "no such venue"),
        ("htx", {"options": {"sandboxMode": True}}, "no such venue"),
        ("okx", {"options": {"enableDemoTrading": True}}, "no such venue"),
        ("bybit", {"sandbox": True, "options": {"enableDemoTrading": True}}, "two different venues"),
    ],
)
async def test_what_cannot_be_obeyed_is_refused_with_its_name(
    venue: str, ccxt: dict[str, Any], says: str
) -> None:
    with pytest.raises(SourceRejected, match=says) as refused:
        await addresses(venue, **ccxt)
    assert "[accounts.main.ccxt]" in str(refused.value)


@pytest.mark.parametrize(
    ("venue", "ccxt", "has"),
    [
        ("binanceusdm", {"options": {"enableDemoTrading": True}}, "https://demo-fapi.binance.com/fapi/v3"),
        ("binanceusdm", {"enableDemoTrading": True}, "https://demo-fapi.binance.com/fapi/v3"),
        ("bybit", {"options": {"enableDemoTrading": True}}, "https://api-demo."),
        ("bybit", {"options": {"demoTrading": True}}, "https://api-demo."),
        ("bybit", {"sandbox": True}, "https://api-testnet."),
        ("bybit", {"options": {"testnet": True}}, "https://api-testnet."),
        ("okx", {"options": {"sandboxMode": True}}, "x-simulated-trading"),
        ("okx", {"sandbox": True}, "x-simulated-trading"),
        ("gate", {"options": {"sandboxMode": True}}, "testnet"),
        ("hyperliquid", {"options": {"sandboxMode": True}}, "testnet"),
        ("krakenfutures", {"sandbox": True}, "demo-futures"),
        ("deribit", {"testnet": True}, "test.deribit.com"),
    ],
)
async def test_a_sandbox_or_demo_venue_is_used_however_it_is_asked_for(
    venue: str, ccxt: dict[str, Any], has: str
) -> None:
    assert has in await addresses(venue, **ccxt)


@pytest.mark.parametrize(
    ("venue", "ccxt"),
    [
        ("binanceusdm", {"options": {"defaultType": "future", "adjustForTimeDifference": True}}),
        ("binanceusdm", {"options": {"portfolioMargin": False}, "sandbox": False}),
        ("bybit", {"options": {"defaultType": "swap", "defaultSubType": "linear"}, "hostname": "bytick.com"}),
        ("hyperliquid", {"walletAddress": "0x1", "options": {"subAccountAddress": "0x2"}}),
        ("dydx", {"walletAddress": "dydx1", "options": {"subAccountNumber": 1}}),
        ("binanceusdm", {"urls": {"api": {"papi": "http://127.0.0.1:1/papi/v1"}}}),
        ("bitget", {"options": {"uta": False, "defaultType": "swap"}}),
    ],
)
async def test_what_means_the_same_account_is_taken(venue: str, ccxt: dict[str, Any]) -> None:
    assert "sandbox=False" in await addresses(venue, **ccxt)
