"""Whatever is known of a venue is found by its id, and a dialect that its data names is there."""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import ccxt.pro
import pytest

from verification import venues
from verification.venues import untried
from verification.venues.capabilities import Capabilities
from verification.venues.dialects import DIALECTS
from verification.venues.registry import KNOWN


def of_one_file(module: ModuleType) -> list[Capabilities]:
    return [each for each in vars(module).values() if isinstance(each, Capabilities)]


def described() -> list[tuple[str, Capabilities]]:
    files = [f"{untried.__name__}.{each.name}" for each in pkgutil.iter_modules(untried.__path__)]
    files += [
        f"{venues.__name__}.{each.parent.name}.capabilities"
        for each in Path(venues.__path__[0]).glob("*/capabilities.py")
    ]
    return [(name, known) for name in files for known in of_one_file(importlib.import_module(name))]


def test_every_file_of_data_has_its_line() -> None:
    registered = [id(known) for known in KNOWN.values()]

    assert described()
    assert [name for name, known in described() if id(known) not in registered] == []


@pytest.mark.parametrize(
    ("venue", "symbol", "page"),
    [
        ("binanceusdm", "BTC/USDT:USDT", "https://www.binance.com/en/futures/BTCUSDT"),
        ("binanceusdm", "1000PEPE/USDT:USDT", "https://www.binance.com/en/futures/1000PEPEUSDT"),
        ("bybit", "BTC/USD:BTC", "https://www.bybit.com/trade/inverse/BTCUSD"),
        ("okx", "ETH/USDT:USDT", "https://www.okx.com/trade-swap/eth-usdt-swap"),
        ("bybit", "POL/USDC:USDC", "https://www.bybit.com/trade/futures/usdc/POL-PERP"),
        ("binanceusdm", "BTC/USDT:USDT-261225", None),  # its page has a name that nobody has told us
        ("binanceusdm", "BTC/USD:BTC", None),
        ("binanceusdm", "../../evil/USDT:USDT", None),
        ("binanceusdm", "BTC?x=/USDT:USDT", None),
        ("binanceusdm", "BTC/USDT", None),
        ("htx", "BTC/USDT:USDT", None),
    ],
)
def test_a_symbol_leads_to_the_venue_s_own_page_or_nowhere(venue: str, symbol: str, page: str | None) -> None:
    web = KNOWN[venue].web

    assert (None if web is None else web.of(symbol)) == page


def test_every_page_is_served_by_tls_and_names_the_market() -> None:
    pages = [web.page for known in KNOWN.values() if (web := known.web) is not None]

    assert len(pages) >= 8
    assert all(page.startswith("https://") and "{base" in page for page in pages)


def test_every_dialect_that_data_names_is_there_and_no_other() -> None:
    assert {known.dialect for known in KNOWN.values()} - {None} == set(DIALECTS)


@pytest.mark.parametrize("venue", sorted(KNOWN))
def test_every_line_is_of_an_exchange_that_ccxt_knows(venue: str) -> None:
    assert venue in ccxt.exchanges
    assert venue in ccxt.pro.exchanges or KNOWN[venue].dialect is None
