"""The sentence on top: what cannot be seen comes first, and green is earned."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words.verdict import Level, Unread, acknowledged, blind, judge, needing
from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind, Severity
from reconciler.views.account import LegsView
from reconciler.views.now import NowView
from tests.dashboard import drawn

ORPHAN = drawn.alert(2, Kind.ORPHANED_POSITION, symbol="NEAR/USDT:USDT", expected=Decimal(0))
WARNING = drawn.alert(3, Kind.QUANTITY_MISMATCH, symbol="SUI/USDT:USDT", severity=Severity.WARNING)
FIRST = (
    "First: Open BTC/USDT:USDT of account main on the exchange and place a reduce-only stop for all of it "
    "at the price the bot names."
)
DEAF = drawn.alert(4, Kind.SOURCE_STALE, symbol="websocket", severity=Severity.WARNING, exposure=None)

SENTENCES = [
    ("all well", drawn.view(), Level.WELL, "All 43 positions verified 4 s ago"),
    (
        "one",
        drawn.view(cycles=(drawn.cycle(matched=1, legs=1),)),
        Level.WELL,
        "1 position verified 4 s ago",
    ),
    (
        "empty account",
        drawn.view(cycles=(drawn.cycle(matched=0, legs=0),)),
        Level.WELL,
        "No positions: both sides were read whole and hold none, 4 s ago.",
    ),
    (
        "critical",
        drawn.view(alerts=(drawn.alert(1), ORPHAN)),
        Level.CRITICAL,
        (
            "2 positions need you, $162,400 at risk. Worst: BTC/USDT:USDT long 0.85 BTC on main has no stop "
            f"for 3 m 12 s, $81,200. {FIRST}"
        ),
    ),
    (
        "two alerts of one leg are one position",
        drawn.view(alerts=(drawn.alert(1), drawn.alert(5, Kind.QUANTITY_MISMATCH), ORPHAN)),
        Level.CRITICAL,
        (
            "2 positions need you, $162,400 at risk. Worst: BTC/USDT:USDT long 0.85 BTC on main has no stop "
            f"for 3 m 12 s, $81,200. {FIRST}"
        ),
    ),
    (
        "blind spot",
        drawn.view(alerts=(DEAF,)),
        Level.WARNING,
        (
            "1 blind spot needs you. Worst: websocket of main has gone quiet for 3 m 12 s. First: Nothing is "
            "lost: the position list is still read, but changes are noticed later than usual."
        ),
    ),
    (
        "acknowledged",
        drawn.view(alerts=(drawn.acknowledged(drawn.alert(1)),)),
        Level.WARNING,
        (
            "Nobody new needed; $81,200 still unprotected, acknowledged 1 m ago. BTC/USDT:USDT has no stop "
            "for 3 m 12 s, $81 k exposed. $81,200 of it with ann until 14:16"
        ),
    ),
    (
        "one acknowledged beside one that is not, and one without a price",
        drawn.view(alerts=(drawn.alert(1), drawn.acknowledged(replace(ORPHAN, exposure=None)))),
        Level.CRITICAL,
        (
            "1 position needs you, $81,200 at risk, and 1 more without a price. Worst: BTC/USDT:USDT "
            f"long 0.85 BTC on main has no stop for 3 m 12 s, $81,200. {FIRST} "
            "not known of it with ann until 14:16"
        ),
    ),
    (
        "a value that nobody knows is not nothing",
        drawn.view(alerts=(drawn.alert(1, exposure=None),)),
        Level.CRITICAL,
        (
            "1 position needs you, at risk with a value that is not known. Worst: BTC/USDT:USDT long 0.85 "
            f"BTC on main has no stop for 3 m 12 s. {FIRST}"
        ),
    ),
    (
        "dead",
        drawn.view(heartbeat=drawn.beating(37)),
        Level.BLIND,
        "Trueup is blind: the reconciler has been silent for 37 s. What you see below is old.",
    ),
    (
        "dead with alerts",
        drawn.view(heartbeat=drawn.beating(37), alerts=(drawn.alert(1),)),
        Level.BLIND,
        (
            "Trueup is blind: the reconciler has been silent for 37 s. What you see below is old. When it "
            "last looked, 1 position needed you."
        ),
    ),
    (
        "stopped",
        drawn.view(heartbeat=drawn.beating(240, stopped=True)),
        Level.BLIND,
        "Trueup is blind: the reconciler was stopped 4 m ago. What you see below is old.",
    ),
    (
        "never",
        drawn.view(heartbeat=drawn.NEVER, cycles=(), sources=()),
        Level.BLIND,
        "Trueup is blind: the reconciler has never run here. Nothing has been checked yet.",
    ),
    (
        "beats from the future",
        drawn.view(heartbeat=drawn.beating(-600)),
        Level.BLIND,
        (
            "Trueup is blind: the reconciler's last sign of life lies in the future, so a clock is wrong. "
            "What you see below is old."
        ),
    ),
    (
        "one account of two is dead",
        drawn.view(watches=(drawn.watch(drawn.beating(37)), drawn.watch(drawn.beating(), "other"))),
        Level.BLIND,
        (
            "Trueup is blind on main: the reconciler has been silent for 37 s. What you see of it is old; "
            "the rest is watched."
        ),
    ),
    (
        "one account of two is dead, and both have alerts",
        drawn.view(
            watches=(drawn.watch(drawn.beating(37)), drawn.watch(drawn.beating(), "other")),
            alerts=(drawn.alert(1), replace(ORPHAN, key=replace(ORPHAN.key, account="other"))),
        ),
        Level.BLIND,
        (
            "Trueup is blind on main: the reconciler has been silent for 37 s. What you see of it is old; "
            "the rest is watched. When it last looked, 1 position needed you. Of what is seen, 1 position "
            "needs you: NEAR/USDT:USDT is held on the exchange and the bot does not know it for 3 m 12 s, "
            "$81 k exposed."
        ),
    ),
    (
        "an account that nobody was ever given, beside one that is watched",
        drawn.view(cycles=(drawn.cycle(), drawn.cycle(account="other"))),
        Level.BLIND,
        (
            "Trueup is blind on other: the reconciler has never looked there. Nothing of it has been checked "
            "yet."
        ),
    ),
    (
        "the worst of two that are dead in two ways",
        drawn.view(
            watches=(drawn.watch(drawn.beating(9, stopped=True)), drawn.watch(drawn.beating(37), "other"))
        ),
        Level.BLIND,
        "Trueup is blind: the reconciler has been silent for 37 s. What you see below is old.",
    ),
    (
        "one account of two was not swept yet",
        drawn.view(watches=(drawn.watch(drawn.beating()), drawn.watch(drawn.beating(), "other"))),
        Level.WARNING,
        "No alert, but not all is seen: No sweep of other has finished yet.",
    ),
    (
        "unread",
        Unread("trueup.db is locked: try again.", drawn.NOW),
        Level.BLIND,
        "Trueup is blind: its own database could not be read. trueup.db is locked: try again.",
    ),
    (
        "no sweep yet",
        drawn.view(cycles=()),
        Level.WARNING,
        "No alert, but not all is seen: No sweep has finished yet, so nothing has been checked.",
    ),
    (
        "partial sweep",
        drawn.view(cycles=(drawn.cycle(status="partial", problems=("stop orders: 429",)),)),
        Level.WARNING,
        "No alert, but not all is seen: The last sweep of main was partial: stop orders: 429.",
    ),
    (
        "old sweep",
        drawn.view(cycles=(drawn.cycle(finished_at=drawn.before(900)),)),
        Level.WARNING,
        "No alert, but not all is seen: main was last swept 15 m ago.",
    ),
    (
        "stale source",
        drawn.view(sources=(drawn.source(state="stale"),)),
        Level.WARNING,
        "No alert, but not all is seen: main, websocket: stale.",
    ),
    (
        "a source nobody writes about",
        drawn.view(sources=(drawn.source(at=drawn.before(300)),)),
        Level.WARNING,
        "No alert, but not all is seen: main, websocket: nothing written for 5 m.",
    ),
    (
        "a venue without a stream",
        drawn.view(sources=(drawn.source(state="unsupported", last_ok=None), drawn.source("rest"))),
        Level.WELL,
        "All 43 positions verified 4 s ago",
    ),
    (
        "well, with its stops",
        drawn.view(legs=LegsView(stops={"resting": 41, "software": 2})),
        Level.WELL,
        "All 43 positions verified 4 s ago. A stop rests for 41; the bots themselves keep the stop of 2.",
    ),
    (
        "in motion",
        drawn.view(cycles=(drawn.cycle(matched=41),)),
        Level.WARNING,
        "41 of 43 positions verified: 2 are in motion and being checked, 4 s ago.",
    ),
    (
        "in flight, all else agrees",
        drawn.view(cycles=(drawn.cycle(matched=41, in_flight=2),)),
        Level.WELL,
        (
            "41 of 43 positions verified, 2 in flight: explained by the bot's own orders and within time, "
            "4 s ago."
        ),
    ),
    (
        "in flight, and one that differs and has not lasted yet",
        drawn.view(cycles=(drawn.cycle(matched=41, in_flight=1),)),
        Level.WARNING,
        (
            "41 of 43 positions verified: 1 is in flight, explained by the bot's own orders and within time; "
            "1 is in motion and being checked, 4 s ago."
        ),
    ),
]


@pytest.mark.parametrize(
    ("view", "level", "sentence"),
    [row[1:] for row in SENTENCES],
    ids=[row[0] for row in SENTENCES],
)
def test_the_sentence(view: NowView | Unread, level: Level, sentence: str) -> None:
    verdict = judge(view)

    assert (verdict.level, verdict.sentence) == (level, sentence)


def test_the_count_is_of_what_nobody_has_taken() -> None:
    view = drawn.view(alerts=(drawn.alert(1), ORPHAN, drawn.acknowledged(WARNING)))

    assert judge(view).count == 2
    assert [alert.id for alert in needing(view)] == [1, 2]


def test_the_acknowledged_are_oldest_first() -> None:
    young = drawn.acknowledged(drawn.alert(1, first_seen=drawn.before(10)))
    old = drawn.acknowledged(drawn.alert(2, first_seen=drawn.before(9000)))

    assert [alert.id for alert in acknowledged(drawn.view(alerts=(young, old)))] == [2, 1]


beats = st.one_of(
    st.just(drawn.NEVER),
    st.builds(drawn.beating, st.floats(-1e6, 1e6), stopped=st.booleans()),
)
states = st.sampled_from([state for state in AlertState if state is not AlertState.PENDING])
any_view = st.builds(
    drawn.view,
    heartbeat=beats,
    cycles=st.lists(
        st.builds(
            drawn.cycle,
            status=st.sampled_from(["complete", "partial", "blind"]),
            matched=st.sampled_from([40, 43]),
            finished_at=st.timedeltas(timedelta(0), timedelta(hours=1)).map(lambda age: drawn.NOW - age),
        ),
        max_size=2,
    ).map(tuple),
    sources=st.lists(
        st.builds(drawn.source, state=st.sampled_from(["ok", "stale", "down", "unknown", "unsupported"])),
        max_size=2,
    ).map(tuple),
    alerts=st.lists(st.builds(drawn.alert, state=states), max_size=2).map(tuple),
)


@given(any_view)
def test_green_is_only_ever_a_live_whole_recent_agreement(view: NowView) -> None:
    if judge(view).level is Level.WELL:
        assert not blind(view)
        assert view.cycles
        for cycle in view.cycles:
            assert cycle.status == "complete"
            assert cycle.matched == cycle.legs
            assert view.read_at - cycle.finished_at <= timedelta(minutes=5)
        assert all(source.state in {"ok", "unsupported"} for source in view.sources)
        assert not any(alert.state.open for alert in view.alerts)


@given(any_view)
def test_a_silent_reconciler_is_said_before_anything_else(view: NowView) -> None:
    assert (judge(view).level is Level.BLIND) == blind(view)
