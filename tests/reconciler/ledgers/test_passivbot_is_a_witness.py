"""What passivbot's monitor file says is read exactly, and anything odd in it is told, never passed over."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from reconciler.facts.expectation import LedgerReading, Pulse, StopPolicy
from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.registry import OWN_KINDS
from reconciler.settings import SettingsError, load
from tests.reconciler.ledgers.freqtrade_files import StoppedClock
from tests.reconciler.ledgers.passivbot_files import SNAPSHOT_MS, state, write
from trueup.ledger_conformance import LedgerConformance

SNAPSHOT = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=SNAPSHOT_MS)


def read(url: str, **options: Any) -> LedgerReading:
    return open_ledger("pb", "passivbot", url, StoppedClock(), options=LedgerOptions(**options)).read()


class TestPassivbot(LedgerConformance):
    """It does what any ledger has to."""

    kind = OWN_KINDS["passivbot"]

    @override
    def write(self, folder: Path) -> str:
        return write(folder, state())

    @override
    def held(self) -> Mapping[str, Decimal]:
        return {"AVL/USDT:USDT": Decimal(43), "SOL/USDT:USDT": Decimal("-0.125")}

    @override
    def change(self, url: str) -> None:
        more = state()
        more["positions"]["AVL/USDT:USDT"]["long"]["size"] = 86.0
        write(Path(url.removeprefix("file:")).parent, more)

    @override
    def damage(self, url: str) -> None:
        broken = state()
        broken["positions"]["SOL/USDT:USDT"]["short"]["size"] = "much"
        write(Path(url.removeprefix("file:")).parent, broken)

    @override
    def absent(self, folder: Path) -> str:
        return f"file:{folder / 'state.latest.json'}"

    @override
    def stranger(self, folder: Path) -> str:
        return write(folder, {"recipes": ["soup"]})


def test_a_snapshot_is_what_the_bot_saw_with_no_stop_expected_and_no_time_of_its_own(tmp_path: Path) -> None:
    reading = read(write(tmp_path, state()))

    assert reading.last_activity == SNAPSHOT
    assert {row.stop_policy for row in reading.rows} == {StopPolicy.SOFTWARE}
    assert {row.unit_size for row in reading.rows} == {None}, "contracts of the exchange"
    assert [(row.opened_at, row.updated_at) for row in reading.rows] == [(None, None)] * 2
    assert reading.warnings == ()


def test_a_new_snapshot_of_the_same_positions_has_the_same_rows(tmp_path: Path) -> None:
    first = read(write(tmp_path, state()))
    later = state()
    later["meta"]["snapshot_ts_ms"] += 1000

    assert read(write(tmp_path, later)).rows == first.rows


def test_a_size_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = json.dumps(state()).replace("43.0", "0.30000000000000004")

    assert read(write(tmp_path, text)).rows[0].expected == Decimal("0.30000000000000004")


def test_its_folder_is_as_good_as_the_file(tmp_path: Path) -> None:
    write(tmp_path, state())

    assert len(read(f"file:{tmp_path}").rows) == 2


def test_it_has_to_write_and_how_long_it_may_not_is_a_setting(tmp_path: Path) -> None:
    url = write(tmp_path, state())

    assert read(url).pulse == Pulse(SNAPSHOT, timedelta(minutes=1))
    assert read(url, silent_after=timedelta(minutes=3)).pulse == Pulse(SNAPSHOT, timedelta(minutes=3))
    assert read(url, silent_after=timedelta(0)).pulse is None


def test_what_it_sees_and_leaves_alone_is_told(tmp_path: Path) -> None:
    left = state(modes={"effective": {"long": {"AVL/USDT:USDT": "manual"}}})

    (line,) = read(write(tmp_path, left)).warnings

    assert line == (
        "AVL/USDT:USDT long 43 contracts is seen by the bot and left alone (mode manual): nobody closes it"
    )


def test_a_bot_on_another_exchange_is_refused(tmp_path: Path) -> None:
    url = write(tmp_path, state())

    assert len(read(url, venue="binanceusdm").rows) == 2
    with pytest.raises(LedgerUnreadable, match="a bot on binance, and the account is on bybit") as raised:
        read(url, venue="bybit")
    assert raised.value.trouble is LedgerTrouble.WRONG_ACCOUNT


def changed(*path: str, to: Any) -> dict[str, Any]:
    content = state()
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return content


SIZE = ("positions", "AVL/USDT:USDT", "long", "size")


@pytest.mark.parametrize(
    ("content", "trouble", "told"),
    [
        ("", LedgerTrouble.CORRUPT, "is no JSON"),
        (json.dumps(state())[:-40], LedgerTrouble.CORRUPT, "is no JSON"),
        ("[" * 100_000, LedgerTrouble.CORRUPT, "is no JSON"),
        ("[]", LedgerTrouble.SCHEMA, "no JSON object"),
        (changed("positions", to=[]), LedgerTrouble.SCHEMA, "no monitor file"),
        ({"meta": state()["meta"]}, LedgerTrouble.SCHEMA, "no monitor file"),
        (changed("meta", "snapshot_ts_ms", to=None), LedgerTrouble.SCHEMA, "no monitor file"),
        (changed("meta", "snapshot_ts_ms", to=10**30), LedgerTrouble.SCHEMA, "no monitor file"),
        (json.dumps(state()).replace("43.0", "NaN"), LedgerTrouble.CORRUPT, "NaN is no number"),
        (changed(*SIZE, to="43"), LedgerTrouble.CORRUPT, "'43', which is no number"),
        (changed(*SIZE, to=True), LedgerTrouble.CORRUPT, "True, which is no number"),
        (changed(*SIZE, to=None), LedgerTrouble.CORRUPT, "None, which is no number"),
        (changed(*SIZE, to=-43.0), LedgerTrouble.CORRUPT, "of the other side"),
        (changed(*SIZE[:3], to={}), LedgerTrouble.CORRUPT, "'size'"),
        (changed(*SIZE[:3], to=[43.0]), LedgerTrouble.CORRUPT, "cannot be read"),
        (changed(*SIZE[:2], "both", to={"size": 1.0}), LedgerTrouble.CORRUPT, "a side `both`"),
        (changed(*SIZE[:2], to=[]), LedgerTrouble.CORRUPT, "no table"),
    ],
)
def test_what_cannot_be_read_is_told_and_never_a_flat_bot(
    tmp_path: Path, content: dict[str, Any] | str, trouble: LedgerTrouble, told: str
) -> None:
    with pytest.raises(LedgerUnreadable) as raised:
        read(write(tmp_path, content))

    assert told in str(raised.value)
    assert "state.latest.json" in str(raised.value)
    assert raised.value.trouble is trouble


def test_a_bot_that_sees_nothing_is_flat(tmp_path: Path) -> None:
    assert read(write(tmp_path, changed("positions", to={}))).rows == ()


@pytest.mark.parametrize(
    ("kind", "url", "told"),
    [
        (
            "passivbot",
            "sqlite:///state.latest.json",
            "is not where a passivbot bot keeps its books: write file:PATH",
        ),
        ("journal", "file:bot.db", "is not where a journal bot keeps its books: write sqlite:///FILE"),
        ("passivbot", "file:", "names no file"),
    ],
)
def test_an_address_of_another_kind_is_refused_in_words(
    tmp_path: Path, kind: str, url: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        load(settings(tmp_path, url, kind=kind), venues=False)


def settings(folder: Path, url: str, *, kind: str = "passivbot") -> Path:
    path = folder / "trueup.toml"
    path.write_text(
        f'[ledgers.pb]\nkind = "{kind}"\nurl = "{url}"\n'
        '[accounts.main]\nvenue = "binanceusdm"\nledgers = ["pb"]\n'
    )
    return path


@pytest.mark.parametrize("url", ["file:monitor/binance/user_01", "file:/monitor/x", "file:///monitor/x"])
def test_a_relative_file_is_relative_to_the_settings(tmp_path: Path, url: str) -> None:
    made = load(settings(tmp_path, url), venues=False).ledgers["pb"].url

    assert made == (
        f"file:{tmp_path}/monitor/binance/user_01" if url.startswith("file:m") else "file:/monitor/x"
    )
