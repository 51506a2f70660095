"""`trueup status`: who watches each account, by the same rule as the screens, for people and for programs."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words.verdict import Level, judge
from reconciler.alerts.alert import AlertState
from reconciler.cli.status import exit_code, statuses
from reconciler.facts.heartbeat import Heartbeat
from reconciler.record.report import ExitCode
from reconciler.sight.account_state import AccountState, state_of
from reconciler.storage.held_store import HeldStore
from reconciler.storage.store import Store
from reconciler.views.account import SourceView
from reconciler.views.now import NowView
from tests.cli.conftest import Command
from tests.dashboard import drawn
from tests.reconciler.claimed import HERE, claimed
from tests.reconciler.settings_files import written
from verification.facts.clock import SystemClock

CLOCK = SystemClock()


async def _watched(store: Store) -> HeldStore:
    held = await claimed(store, CLOCK)
    now = CLOCK.now().utc
    await held.beat(Heartbeat(now, 30.0, now, stopped=False))
    await held.save_cycle(drawn.cycle(finished_at=now, last_complete_at=now))
    await held.save_sources([SourceView("main", "rest", "ok", now, "", now)])
    return held


async def _partial(store: Store) -> None:
    held = await _watched(store)
    now = CLOCK.now().utc
    await held.save_cycle(drawn.cycle(status="partial", finished_at=now, last_complete_at=None))


async def _stopped(store: Store) -> None:
    held = await _watched(store)
    now = CLOCK.now().utc
    await held.give_back(Heartbeat(now, 30.0, now, stopped=True))


async def _nothing(store: Store) -> None:
    del store


def prepared(folder: Path, story: Callable[[Store], Awaitable[object]]) -> None:
    """Write settings of one account, `main`, and let this have happened to it."""
    written(folder)

    async def whole() -> None:
        async with Store.open(f"sqlite:///{folder}/trueup.db") as store:
            await story(store)

    asyncio.run(whole())


TOLD = [
    (_watched, "watched", str(HERE), True, 0),
    (_partial, "partial", str(HERE), True, 2),
    (_stopped, "not_watched", None, True, 2),
    (_nothing, "not_watched", None, False, 2),
]


@pytest.mark.parametrize(("story", "state", "holder", "checked", "code"), TOLD)
def test_the_document_is_as_promised(
    trueup: Command,
    tmp_path: Path,
    story: Callable[[Store], Awaitable[object]],
    *,
    state: str,
    holder: str | None,
    checked: bool,
    code: int,
) -> None:
    prepared(tmp_path, story)

    said = trueup("status", "--json")

    document = json.loads(said.out)
    assert list(document) == ["accounts"]
    (account,) = document["accounts"]
    assert list(account) == [
        *("account", "holder", "checked_at", "state", "open_alerts", "explained_ratio"),
    ]
    assert (account["account"], account["state"], account["holder"]) == ("main", state, holder)
    assert (account["checked_at"] is not None) is checked
    assert (account["open_alerts"], said.code) == (0, code)


def test_the_same_for_a_person(trueup: Command, tmp_path: Path) -> None:
    prepared(tmp_path, _watched)

    said = trueup("status")

    head, line, sentence = said.out.splitlines()
    seen = ("account", "state", "watched", "by", "last", "seen", "whole")
    assert head.split() == [*seen, "changes", "explained", "open", "alerts"]
    assert line.split()[:4] == ["main", "watched", "here", "1"]
    assert line.split()[-4:] == ["UTC", "not", "counted", "0"]
    assert sentence == "Every account is watched, and no alert fires."


def test_an_account_that_never_ran_is_named_and_is_not_well(trueup: Command, tmp_path: Path) -> None:
    prepared(tmp_path, _nothing)

    said = trueup("status")

    assert said.out.splitlines()[1].split() == [
        *("main", "not_watched", "nobody", "never", "not", "counted", "0"),
    ]
    assert said.out.splitlines()[2].startswith("Not seen as it should be: main.")


@pytest.mark.usefixtures("alerts")
def test_an_alert_that_fires_outweighs_what_is_not_seen(trueup: Command) -> None:
    said = trueup("status")

    assert said.code == 1
    assert "2 alerts fire: see `trueup alerts list`. Not seen as it should be: main." in said.out
    assert json.loads(trueup("status", "--json").out)["accounts"][0]["open_alerts"] == 2


def test_an_absent_state_database_is_no_quiet_one(trueup: Command, tmp_path: Path) -> None:
    written(tmp_path)

    said = trueup("status", "--json")

    assert (said.code, said.out) == (2, "")
    assert "start `trueup run` first" in said.complaint


def test_the_help_says_what_the_words_and_the_codes_mean(trueup: Command) -> None:
    said = trueup("status", "--help")

    assert said.code == 0
    words = " ".join(said.out.split())
    assert all(f"{state.value} (" in words for state in AccountState)
    assert "Exit codes: 0 all are watched" in words


def test_it_loads_nothing_slow(tmp_path: Path) -> None:
    prepared(tmp_path, _nothing)
    program = (
        "import sys; from reconciler.cli import main; code = main(['status']);"
        "heavy = {'ccxt', 'streamlit', 'plotly', 'apscheduler', 'dashboard', 'simulator', 'alembic'};"
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else code)"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False, capture_output=True)

    assert (done.returncode, done.stderr) == (2, b"")


AGES = st.floats(-1e4, 1e4)
BEATS = st.one_of(st.just(drawn.NEVER), st.builds(drawn.beating, AGES, stopped=st.booleans()))
ALERTS = st.sampled_from([AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING])


@st.composite
def views(draw: st.DrawFn) -> NowView:
    """Two accounts, each in any condition, or one of them not there at all."""
    accounts = draw(st.lists(st.sampled_from(["main", "other"]), min_size=1, unique=True))
    parts: dict[str, list[Any]] = {"watches": [], "cycles": [], "sources": []}
    for account in accounts:
        if draw(st.booleans()) or account == "main":
            parts["watches"].append(drawn.watch(draw(BEATS), account))
        for _ in range(draw(st.integers(0, 1))):
            statuses_of = st.sampled_from(["complete", "partial", "blind"])
            at = drawn.NOW - timedelta(seconds=draw(AGES))
            parts["cycles"].append(drawn.cycle(account=account, status=draw(statuses_of), finished_at=at))
        for _ in range(draw(st.integers(0, 1))):
            state = st.sampled_from(["ok", "stale", "down", "unknown", "unsupported", "untried"])
            at = drawn.NOW - timedelta(seconds=draw(AGES))
            parts["sources"].append(drawn.source(state=draw(state), at=at, account=account))
    alerts = [drawn.alert(number, state=draw(ALERTS)) for number in range(draw(st.integers(0, 2)))]
    return replace(
        drawn.view(alerts=tuple(alerts)),
        watches=tuple(parts["watches"]),
        cycles=tuple(parts["cycles"]),
        sources=tuple(parts["sources"]),
    )


@given(views())
def test_the_screens_are_green_exactly_when_the_status_is_nought(view: NowView) -> None:
    level = judge(view).level
    code = exit_code(statuses(view, ()))

    # An acknowledged alert does not fire, and is not over either: the screens say so in their own colour.
    handled = any(alert.state is not AlertState.FIRING for alert in view.alerts)
    assert (level is Level.WELL) == (code is ExitCode.AGREES and not handled)
    assert (code is ExitCode.DISCREPANCY) == any(alert.state is AlertState.FIRING for alert in view.alerts)


@given(views())
def test_no_word_is_better_than_what_is_known(view: NowView) -> None:
    for status in statuses(view, ("main",)):
        state = state_of(view, status.account)
        assert status.state == state
        cycles = [each for each in view.cycles if each.account == status.account]
        if state is AccountState.WATCHED:
            assert [each.status for each in cycles] == ["complete"]
            assert abs(view.read_at - cycles[0].finished_at) <= timedelta(minutes=5)
            (watch,) = [each for each in view.watches if each.account == status.account]
            assert watch.heartbeat.at is not None
            assert abs(view.read_at - watch.heartbeat.at) <= timedelta(seconds=6)
