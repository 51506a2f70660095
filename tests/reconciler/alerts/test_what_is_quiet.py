"""What quiets an alert: a person's word, an alert that says more, a window; and what never may."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.alerts.alert import Alert, AlertState, Hold, HoldKind
from reconciler.alerts.quiet import Quiet, QuietBy, Window, quiet
from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.kinds.registry import spec_of
from tests.reconciler.alert_life import NOON, after, live
from verification.facts.leg import Leg

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
UNTOUCHED = frozenset({Kind.UNPROTECTED_POSITION, Kind.ORPHANED_POSITION, Kind.REAPPEARED_POSITION})
"""What no other alert and no window may quiet: a position without a stop, or one that no bot knows."""


def alert(
    number: int,
    kind: Kind,
    symbol: str = BTC,
    *,
    account: str = "main",
    state: AlertState = AlertState.FIRING,
    severity: Severity = Severity.CRITICAL,
    hold: Hold | None = None,
) -> Alert:
    drawn = live("0 BAD")[-1][0]
    assert drawn is not None
    key = FindingKey(kind, account, symbol, Leg.NET)
    return replace(drawn, id=number, key=key, state=state, severity=severity, hold=hold)


def held(kind: HoldKind = HoldKind.SNOOZED, until: float = 30) -> Hold:
    return Hold(kind, "ann", after(1), "later", after(until), Severity.CRITICAL, Decimal(1000))


def window(account: str = "main", until: float = 60) -> Window:
    return Window(1, account, "ann", "an upgrade", NOON, after(until))


def quieted(*alerts: Alert, windows: tuple[Window, ...] = (), minute: float = 2) -> dict[int, QuietBy]:
    return {number: each.by for number, each in quiet(alerts, windows, now=after(minute)).items()}


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_quiet_by_itself(kind: Kind) -> None:
    assert quieted(alert(1, kind), alert(2, kind, ETH)) == {}


@pytest.mark.parametrize("kind", Kind)
def test_a_persons_word_quiets_any_alert_until_its_time_is_over(kind: Kind) -> None:
    snoozed = alert(1, kind, hold=held())

    assert quiet([snoozed], [], now=after(2)) == {
        1: Quiet(QuietBy.SNOOZED, "snoozed by ann: later", after(30))
    }
    assert quieted(snoozed, minute=29.99) == {1: QuietBy.SNOOZED}
    assert quieted(snoozed, minute=30) == {}


def test_what_is_intended_is_told_apart_from_what_is_snoozed() -> None:
    meant = replace(held(HoldKind.INTENDED), surplus=Decimal(43))

    found = quiet([alert(1, Kind.ORPHANED_POSITION, hold=meant)], [], now=after(2))

    assert found == {1: Quiet(QuietBy.INTENDED, "intended by ann, 43 contracts: later", after(30))}


@pytest.mark.parametrize(
    ("general", "where", "specific", "there"),
    [
        (Kind.UNVERIFIED_OPEN, BTC, Kind.ORPHANED_POSITION, BTC),
        (Kind.UNVERIFIED_OPEN, BTC, Kind.PHANTOM_POSITION, BTC),
        (Kind.UNVERIFIED_OPEN, BTC, Kind.SOURCE_DOWN, "rest"),
        (Kind.SOURCE_STALE, "websocket", Kind.SOURCE_DOWN, "websocket"),
        (Kind.SOURCE_DOWN, "rest", Kind.RECONCILER_STALLED, "reconciler"),
        (Kind.LEDGER_UNREADABLE, "mybot", Kind.RECONCILER_STALLED, "reconciler"),
        (Kind.LOOK_FAILED, "looks", Kind.RECONCILER_STALLED, "reconciler"),
        (Kind.SOURCES_DISAGREE, BTC, Kind.SIDE_MISMATCH, BTC),
    ],
)
def test_an_alert_is_quiet_while_a_more_specific_one_of_the_same_is_told(
    general: Kind, where: str, specific: Kind, there: str
) -> None:
    first, second = alert(1, general, where), alert(2, specific, there)
    found = quiet([first, second], [], now=after(2))

    assert {number: (each.by, each.alert) for number, each in found.items()} == {1: (QuietBy.FOLLOWS, 2)}
    assert "(alert 2)" in found[1].why
    for state in (AlertState.PENDING, AlertState.RECOVERING, AlertState.RESOLVED):
        assert quieted(first, replace(second, state=state)) == {}, "one that is not told says nothing"


def test_it_is_no_reason_that_another_leg_source_or_account_is_told_of() -> None:
    unverified = alert(1, Kind.UNVERIFIED_OPEN, BTC)

    assert quieted(unverified, alert(2, Kind.PHANTOM_POSITION, ETH)) == {}
    assert quieted(unverified, alert(2, Kind.PHANTOM_POSITION, BTC, account="other")) == {}
    stale, down = alert(1, Kind.SOURCE_STALE, "websocket"), alert(2, Kind.SOURCE_DOWN, "rest")
    assert quieted(stale, down) == {}
    long = replace(unverified, key=replace(unverified.key, leg=Leg.LONG))
    assert quieted(long, alert(2, Kind.PHANTOM_POSITION, BTC)) == {}


def test_a_milder_alert_quiets_no_severer_one() -> None:
    down = alert(2, Kind.SOURCE_DOWN, "rest", severity=Severity.WARNING)

    assert quieted(alert(1, Kind.UNVERIFIED_OPEN), down) == {}
    assert quieted(alert(1, Kind.UNVERIFIED_OPEN, severity=Severity.WARNING), down) == {1: QuietBy.FOLLOWS}


def test_an_alert_that_is_quiet_by_a_persons_word_quiets_no_other() -> None:
    orphan = alert(2, Kind.ORPHANED_POSITION, hold=held(HoldKind.INTENDED))

    assert quieted(alert(1, Kind.UNVERIFIED_OPEN), orphan) == {2: QuietBy.INTENDED}
    assert quieted(alert(1, Kind.UNVERIFIED_OPEN), orphan, minute=31) == {1: QuietBy.FOLLOWS}


def test_what_somebody_has_acknowledged_still_says_more() -> None:
    orphan = alert(2, Kind.ORPHANED_POSITION, state=AlertState.ACKNOWLEDGED)

    assert quieted(alert(1, Kind.UNVERIFIED_OPEN), orphan) == {1: QuietBy.FOLLOWS}


@pytest.mark.parametrize("kind", sorted(set(Kind) - UNTOUCHED))
def test_a_window_quiets_its_account_until_it_is_over(kind: Kind) -> None:
    mine, other = alert(1, kind), alert(2, kind, account="other")

    assert quieted(mine, other, windows=(window(),)) == {1: QuietBy.MAINTENANCE}
    assert quieted(mine, other, windows=(window(),), minute=60) == {}
    assert quieted(mine, windows=(replace(window(), ended_at=after(1)),)) == {}
    assert quieted(mine, windows=(replace(window(), at=after(9)),)) == {}, "the clock was set back"


kinds = st.sampled_from(sorted(Kind))
states = st.sampled_from(AlertState)
some_alerts = st.lists(
    st.builds(
        alert,
        st.integers(1, 9),
        kinds,
        st.sampled_from([BTC, ETH, "rest", "websocket"]),
        account=st.sampled_from(["main", "other"]),
        state=states,
        severity=st.sampled_from(Severity),
        hold=st.none() | st.builds(held, st.sampled_from(HoldKind), st.sampled_from([1.5, 30])),
    ),
    unique_by=(lambda each: each.id, lambda each: each.key),
    max_size=9,
)
some_windows = st.lists(st.builds(window, st.sampled_from(["main", "other"]), st.sampled_from([1, 60])))


@given(some_alerts, some_windows)
def test_an_unprotected_or_orphaned_position_is_quiet_only_by_a_word_about_itself(
    alerts: list[Alert], windows: list[Window]
) -> None:
    found = quiet(alerts, windows, now=after(2))

    for each in alerts:
        if each.key.kind in UNTOUCHED and each.id in found:
            assert each.hold is not None
            assert each.hold.until > after(2)
            assert found[each.id].by in {QuietBy.SNOOZED, QuietBy.INTENDED}


@given(some_alerts)
def test_what_is_quiet_because_of_another_leaves_one_that_is_told(alerts: list[Alert]) -> None:
    """However they follow from each other, one at the root of it is neither quiet by another nor over."""
    found = quiet(alerts, [], now=after(2))
    by_number = {each.id: each for each in alerts}
    for number, each in found.items():
        if each.alert is None:
            continue
        root, passed = each.alert, {number}
        while root in found:
            assert root not in passed, "they quiet each other, and nobody is told of any"
            passed.add(root)
            further = found[root].alert
            assert further is not None, "one that a person has quieted quiets no other"
            root = further
        assert by_number[root].state in {AlertState.FIRING, AlertState.ACKNOWLEDGED}
        assert by_number[root].severity.rank >= by_number[number].severity.rank


@given(some_alerts, some_windows, st.randoms())
def test_the_order_of_what_is_open_decides_nothing_but_which_one_is_named(
    alerts: list[Alert], windows: list[Window], chance: object
) -> None:
    shuffled = list(alerts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # a drawn `Random`

    first, second = (quiet(each, windows, now=after(2)) for each in (alerts, shuffled))

    assert {number: each.by for number, each in first.items()} == {
        number: each.by for number, each in second.items()
    }


@pytest.mark.parametrize("kind", Kind)
def test_the_kinds_say_the_same_of_what_may_never_be_quieted(kind: Kind) -> None:
    spec = spec_of(kind)

    assert spec.always_told is (kind in UNTOUCHED)
    assert not (spec.always_told and spec.follows_from)
    assert kind not in spec.follows_from
