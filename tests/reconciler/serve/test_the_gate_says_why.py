"""The gate is open when all was seen just now, and nothing stands against it; what is not known closes it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reconciler.alerts.alert import Acknowledgement, Alert, AlertState, Hold, HoldKind
from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.serve.gate import Against, Gate, Told, Wanted, believed_for, gate
from reconciler.serve.watching import Watching
from tests.reconciler.alert_life import NOON
from tests.reconciler.serve.served import INTERVAL, known
from verification.facts.account import PositionMode
from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.question import OpenQuestion

NOW = Moment.at(NOON, 1000.0)
AVL, BTC = "AVL/USDT:USDT", "BTC/USDT:USDT"
WELL = known(NOW)


def before(seconds: float) -> Moment:
    return Moment.at(NOON - timedelta(seconds=seconds), NOW.monotonic - seconds)


def alert(
    kind: Kind = Kind.ORPHANED_POSITION,
    state: AlertState = AlertState.FIRING,
    severity: Severity = Severity.WARNING,
    *,
    symbol: str = AVL,
    leg: Leg = Leg.NET,
    account: str = "main",
    taken: bool = False,
) -> Alert:
    given = Acknowledgement("ann", NOON, "x", NOON + timedelta(hours=1), severity, None) if taken else None
    return Alert(
        id=7,
        key=FindingKey(kind, account, symbol, leg),
        state=state,
        severity=severity,
        reason="the exchange holds 86",
        expected=Decimal(43),
        observed=Decimal(86),
        exposure=None,
        contract_size=None,
        evidence=(),
        first_seen=NOON,
        fired_at=None if state is AlertState.PENDING else NOON,
        last_seen=NOON,
        recovering_since=None,
        resolved_at=None,
        acknowledgement=given,
        count=1,
        version=1,
    )


def asked(
    *alerts: Alert,
    what: object = WELL,
    symbol: str = AVL,
    leg: Leg | None = None,
    read: float = 1.0,
    **of: object,
) -> Gate:
    watching = Watching("main", INTERVAL, what, **of)  # type: ignore[arg-type] # as a test says it
    return gate(watching, Told(alerts, before(read)), Wanted(symbol, leg), NOW)


def against(answer: Gate) -> list[str]:
    return [each.against.value for each in answer.reasons]


def test_it_is_open_when_all_was_just_seen_and_nothing_stands_against_it() -> None:
    answer = asked(read=2.5)

    assert answer.open
    assert answer.known_at is not None
    assert NOW.monotonic - answer.known_at.monotonic == 2.5, "as old as the oldest of what it rests on"


def test_it_is_closed_once_another_process_may_have_the_account_however_well_all_looked() -> None:
    answer = asked(lapsed=True)

    assert against(answer) == ["not_watched"]
    assert "another process may have it by now" in answer.reasons[0].text
    assert answer.known_at is None


@pytest.mark.parametrize("state", [AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING])
@pytest.mark.parametrize("severity", list(Severity))
def test_any_alert_of_the_leg_that_people_were_told_of_closes_it(
    state: AlertState, severity: Severity
) -> None:
    answer = asked(alert(state=state, severity=severity, taken=state is AlertState.ACKNOWLEDGED))

    assert against(answer) == ["alert"]
    assert answer.reasons[0].alert == 7
    assert "the exchange holds 86" in answer.reasons[0].text


def held(kind: HoldKind, until: timedelta = timedelta(hours=1)) -> Alert:
    quiet = Hold(kind, "ann", NOON, "by hand", NOON + until, Severity.CRITICAL, None, Decimal(43))
    return replace(alert(severity=Severity.CRITICAL), hold=quiet)


def test_a_position_that_is_meant_to_be_there_does_not_until_that_ends() -> None:
    for symbol in (AVL, BTC):
        assert asked(held(HoldKind.INTENDED), symbol=symbol).open
    assert against(asked(held(HoldKind.INTENDED, -timedelta(seconds=1)))) == ["alert"]


def test_a_snoozed_one_does() -> None:
    assert against(asked(held(HoldKind.SNOOZED))) == ["alert"]
    assert against(asked(held(HoldKind.SNOOZED), symbol=BTC)) == ["account_alert"]


@pytest.mark.parametrize(
    "state", [state for state in AlertState if state is AlertState.PENDING or not state.open]
)
def test_what_is_only_suspected_or_over_does_not(state: AlertState) -> None:
    assert asked(alert(state=state, severity=Severity.CRITICAL)).open


def test_a_critical_alert_of_another_leg_closes_it_until_somebody_has_taken_it() -> None:
    critical = Severity.CRITICAL
    assert against(asked(alert(severity=critical, symbol=BTC))) == ["account_alert"]
    assert asked(alert(severity=Severity.WARNING, symbol=BTC)).open
    assert asked(alert(severity=critical, symbol=BTC, state=AlertState.ACKNOWLEDGED, taken=True)).open
    assert asked(alert(severity=critical, symbol=BTC, account="other")).open


@pytest.mark.parametrize(
    "kind", [Kind.SOURCE_DOWN, Kind.LEDGER_UNREADABLE, Kind.LOOK_FAILED, Kind.RECONCILER_STALLED]
)
def test_blindness_closes_it_even_when_somebody_has_taken_it(kind: Kind) -> None:
    for state in (AlertState.FIRING, AlertState.ACKNOWLEDGED):
        assert against(asked(alert(kind, state, symbol="rest", taken=True))) == ["blind"]


def test_what_cannot_be_read_right_now_closes_it_before_any_alert_fires() -> None:
    for status in ("partial", "blind"):
        assert against(asked(what=known(NOW, status=status))) == ["blind"]
    for state in ("down", "stale", "unknown"):
        answer = asked(what=known(NOW, sources=[("websocket", state)]))
        assert against(answer) == ["blind"]
        assert state in answer.reasons[0].text


def test_a_venue_without_a_stream_is_seen_well() -> None:
    assert asked(what=known(NOW, sources=[("websocket", "unsupported"), ("venue", "untried")])).open


def test_an_open_past_its_time_closes_it_for_its_leg_and_one_within_its_time_does_not() -> None:
    def question(age: float, symbol: str = AVL) -> OpenQuestion:
        key = LegKey("main", symbol, Leg.NET)
        return OpenQuestion(key, Side.BUY, Decimal(43), "8886774", None, None, True, before(age))  # noqa: FBT003

    late = asked(what=known(NOW, unverified=(question(10.1),)))
    assert against(late) == ["unverified"]
    assert "8886774" in late.reasons[0].text
    assert asked(what=known(NOW, unverified=(question(9.9),))).open
    assert asked(what=known(NOW, unverified=(question(99, BTC),))).open


def test_knowledge_that_is_too_old_closes_it() -> None:
    assert asked(what=known(NOW, age=89.0)).open
    assert against(asked(what=known(NOW, age=91.0))) == ["too_old"]
    assert against(asked(read=16.0)) == ["too_old"]


def test_a_look_is_believed_no_longer_than_the_screens_believe_it() -> None:
    assert believed_for(timedelta(seconds=1)) == timedelta(seconds=60)
    assert believed_for(timedelta(seconds=30)) == timedelta(seconds=90)
    assert believed_for(timedelta(hours=1)) == timedelta(minutes=5)


def test_who_does_not_watch_says_so_and_who_does() -> None:
    waiting = asked(what=None, held_by="held by there 2 until 12:00:30")
    assert against(waiting) == ["not_watched"]
    assert "there 2" in waiting.reasons[0].text
    assert waiting.known_at is None
    assert against(asked(what=None)) == ["not_watched"]
    assert against(asked(what=replace(WELL, swept=None))) == ["not_seen"]
    nothing_read = gate(Watching("main", INTERVAL, WELL), Told((), None), Wanted(AVL, None), NOW)
    assert against(nothing_read) == ["not_seen"]
    assert nothing_read.known_at is None


def test_a_name_that_the_venue_does_not_list_is_never_open() -> None:
    for symbol in ("AVLUSDT", "AVL/USDT", "avl/usdt:usdt", ""):
        assert against(asked(symbol=symbol)) == ["unknown_symbol"]


def test_in_hedge_mode_the_other_leg_of_the_symbol_is_another_leg() -> None:
    hedge = known(NOW, mode=PositionMode.HEDGE)
    told = alert(leg=Leg.LONG)
    assert asked(told, what=hedge, leg=Leg.SHORT).open
    for leg in (Leg.LONG, Leg.NET, None):
        assert against(asked(told, what=hedge, leg=leg)) == ["alert"]
    assert against(asked(alert(leg=Leg.NET), what=hedge, leg=Leg.SHORT)) == ["alert"]


def test_in_one_way_mode_there_is_but_one_leg() -> None:
    for leg in (Leg.LONG, Leg.SHORT, Leg.NET, None):
        assert against(asked(alert(), leg=leg)) == ["alert"]


def test_every_reason_is_told_and_what_is_not_known_comes_first() -> None:
    answer = asked(
        alert(), alert(severity=Severity.CRITICAL, symbol=BTC), what=known(NOW, status="blind", age=100)
    )

    assert against(answer) == ["too_old", "blind", "alert", "account_alert"]
    assert all(each.text and not each.text.endswith(".") for each in answer.reasons)
    assert {each.value for each in Against} >= set(against(answer))
