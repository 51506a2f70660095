"""A venue is one folder, or one file of data, and a line in a registry: nothing else names it."""

from pathlib import PurePath

import pytest

from tests.tidy.test_tree import broken, tracked
from tests.tidy.venue_names import NAMES, PRODUCT, UNTRIED, VENUES, names_no_venue

ELSEWHERE = PurePath("verification/venues/ccxt/failures.py")
BINANCE = VENUES / "binance" / "rows.py"
OKX = UNTRIED / "okx.py"
SETTING = PurePath("reconciler/settings/model.py")


def caught(text: str, path: PurePath = ELSEWHERE) -> bool:
    return bool(list(names_no_venue(path, text)))


def test_nothing_of_the_product_names_a_venue_outside_its_folder() -> None:
    product = [path for path in tracked() if path.parts[0] in PRODUCT]

    assert broken((names_no_venue,), product) == []


@pytest.mark.parametrize(
    "text",
    [
        '"""Venues refuse such a time (Binance: one second ahead)."""',
        "x = 1  # what OKX writes",
        "_ORDERS_ON_BINANCE = ()",
        "class BybitFrames: ...",
        "class FromBybit: ...",
        "def bybit_rows(): ...",
        "bybitRows = 1",
        'CODES = {"binanceusdm": "-1021"}',
        "# the weights of USD-M",
        "# KuCoin's, and Crypto.com's",
        'FAMILY = {"huobi"}',
        '# gateio, which is not "gate"',
        "from verification.venues.bybit.rows import leg",
    ],
)
def test_a_name_in_code_or_in_words_is_caught(text: str) -> None:
    assert caught(text)
    assert caught(text, PurePath("dashboard/words/verdict.py"))


def test_a_name_in_a_path_is_caught() -> None:
    assert caught("", PurePath("reconciler/doctor/bybit.py"))
    assert caught("", VENUES / "binance" / "bybit_rows.py")


def test_a_venue_names_itself_and_no_other() -> None:
    assert not caught("# Binance's USD-M: `binanceusdm`, and binancecoinm", BINANCE)
    assert caught("# as Bybit does", BINANCE)
    assert not caught('names = {"okx", "okex", "myokx"}', OKX)
    assert caught("# as Bitget does", OKX)


@pytest.mark.parametrize("name", ["registry", "dialects"])
def test_a_registry_names_them_all(name: str) -> None:
    assert not caught('{"bybit": bybit.CAPABILITIES, "okx": okx.CAPABILITIES}', VENUES / f"{name}.py")


def test_a_setting_names_one_as_an_example_only() -> None:
    assert not caught('x = Field(\n  description="Its id.", examples=["bybit"])', SETTING)
    assert caught('x = Field(\n  description="As on bybit.",\n  examples=["bybit"])', SETTING)
    assert caught('x = Field(examples=["bybit"])', PurePath("reconciler/cli/run.py"))


@pytest.mark.parametrize(
    "text", ["class AdmissionGate: ...", "gate = Lock()", "# derive it", "a delta", "next(", "# extended"]
)
def test_a_word_that_is_no_name_passes(text: str) -> None:
    assert not caught(text)


def test_whatever_ccxt_can_speak_to_is_a_name() -> None:
    assert {"binance", "bybit", "okx", "krakenfutures", "hyperliquid"} <= NAMES
