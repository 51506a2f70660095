"""What a person says of an alert beside acknowledging it: it always ends, and never hides what grows."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reconciler.alerts.alert import Alert, AlertState, HoldKind
from reconciler.alerts.case import AlertCase
from reconciler.alerts.errors import (
    AlertCommandError,
    AlertGrown,
    AlreadyResolved,
    AnotherSize,
    NameRequired,
    NotByHand,
    NoteRequired,
    NotFiringYet,
    TakenMeanwhile,
    WrongEnd,
)
from reconciler.alerts.limits import LIMITS, Lasting, offered
from reconciler.alerts.policy import (
    RULES,
    Acknowledge,
    Action,
    AlertSettings,
    Close,
    Decision,
    Detected,
    Earlier,
    Event,
    Expire,
    Intend,
    Note,
    Owed,
    Snooze,
    Weigh,
    decide,
)
from reconciler.alerts.seen import Seen, seen_of
from reconciler.facts.finding import Kind, Severity
from tests.reconciler.alert_life import after, check, event_of, finding, live

SETTINGS = AlertSettings()


def alert(drawing: str) -> Alert:
    found = live(drawing)[-1][0]
    assert found is not None
    return replace(found, id=7)


def does(found: Alert | None, event: Event, minute: float) -> Decision:
    return decide(found, event, SETTINGS, now=after(minute))


def test_a_snoozed_alert_fires_again_by_itself() -> None:
    check(
        """
        0      BAD     firing  FIND-1
        1      snooze  firing  SNOOZE-1
        2      BAD     firing  SEEN-1
        15.99  time    firing  EXPIRE-3
        16     time    firing  EXPIRE-2
        17     time    firing  EXPIRE-3
        """
    )
    ended = live("0 BAD\n1 snooze\n16 time")[-1][1]
    assert (ended.action, ended.owed) == (Action.SNOOZE_ENDED, Owed.SNOOZE_ENDED)
    assert ended.reason == "snoozed by ann until 2026-03-01 12:16:00 UTC, and it is not over"
    assert ended.after is not None
    assert ended.after.hold is None


def test_a_snooze_is_in_force_until_its_end_and_not_a_moment_longer() -> None:
    snoozed = alert("0 BAD\n1 snooze")

    assert snoozed.held(after(15.99)) is snoozed.hold
    assert snoozed.held(after(16)) is None, "nobody has to note its end for it to end"


def test_a_snooze_is_ended_by_a_higher_severity_or_a_tenth_more_exposure() -> None:
    check(
        """
        0  bad      firing  FIND-1
        1  snooze   firing  SNOOZE-1
        2  bad+9%   firing  SEEN-1
        3  bad+10%  firing  HELD-1
        4  snooze   firing  SNOOZE-1
        5  BAD      firing  HELD-1
        """
    )
    broken = live("0 bad\n1 snooze\n2 BAD")[-1][1]
    assert (broken.action, broken.owed) == (Action.WORSENED, Owed.WORSE)
    assert broken.after is not None
    assert broken.after.hold is None


def test_what_was_seen_as_critical_is_no_worse_when_it_is_critical_again() -> None:
    check(
        """
        0  BAD     firing  FIND-1
        1  snooze  firing  SNOOZE-1
        2  bad     firing  SEEN-1
        3  BAD     firing  SEEN-1
        """
    )


def test_a_snooze_survives_a_relapse_and_does_not_outlive_its_time_in_one() -> None:
    check(
        """
        0   BAD     firing      FIND-1
        1   snooze  firing      SNOOZE-1
        2   clear   recovering  CLEAR-5
        3   BAD     firing      BACK-3
        4   clear   recovering  CLEAR-5
        16  time    recovering  EXPIRE-3
        17  BAD     firing      HELD-2
        """
    )
    kept = alert("0 BAD\n1 snooze\n2 clear\n3 BAD")
    assert kept.held(after(3)) is not None
    told = live("0 BAD\n1 snooze\n2 clear\n17 BAD")[-1][1]
    assert (told.action, told.owed) == (Action.SNOOZE_ENDED, Owed.SNOOZE_ENDED)


def test_growth_of_what_was_snoozed_is_measured_from_the_first_exposure_that_is_known() -> None:
    unknown = replace(alert("0 bad"), exposure=None)
    snoozed = does(unknown, event_of("snooze", after(1)), 1).after
    learned = does(snoozed, event_of("bad", after(2)), 2).after

    assert does(learned, event_of("bad+10%", after(3)), 3).rule == "HELD-1"


def test_once_the_clock_was_set_back_a_snooze_is_over() -> None:
    snoozed = alert("60 BAD\n61 snooze")

    assert snoozed.held(after(5)) is None
    ended = does(snoozed, Expire(after(5)), 5)
    assert ended.owed is Owed.SNOOZE_ENDED
    assert "the clock was set back" in ended.reason


def test_an_intended_position_is_quiet_while_its_size_stays_and_for_its_time() -> None:
    check(
        """
        0       BAD     firing  FIND-1
        1       intend  firing  INTEND-3
        2       bad     firing  SEEN-1
        1440    time    firing  EXPIRE-3
        1441    time    firing  EXPIRE-2
        """
    )
    ended = live("0 BAD\n1 intend\n1441 time")[-1][1]
    assert (ended.action, ended.owed) == (Action.INTENT_ENDED, Owed.INTENT_ENDED)
    assert ended.reason.startswith("intended by ann until 2026-03-02 12:01:00 UTC")


def test_an_intended_position_does_not_stand_out_because_its_price_moves() -> None:
    assert live("0 BAD\n1 intend\n2 bad+90%")[-1][1].rule == "SEEN-1"


def test_an_intended_position_stands_out_as_soon_as_its_size_is_another() -> None:
    for states in ("0 bad\n1 intend\n2 bigger", "0 bad\n1 intend\n2 clear\n3 bigger"):
        found, decision = live(states)[-1]
        assert found is not None
        assert (decision.rule, decision.owed) == ("HELD-1", Owed.WORSE)
        assert (found.state, found.hold) == (AlertState.FIRING, None)
        assert decision.reason.startswith("not of the size that is meant to be there, 43: ")


def test_what_the_bot_trades_beside_it_does_not_change_what_is_meant_to_be_there() -> None:
    """By hand 43, and the bot goes from 43 to 86: 129 are held, and 43 of them by hand as before."""
    intended = alert("0 bad\n1 intend")
    both = replace(finding(observed=Decimal(129)), expected=Decimal(86))

    assert does(intended, Detected(both, after(2), confirmed=True), 2).rule == "SEEN-1"


def test_a_size_that_is_not_known_is_no_change_of_it() -> None:
    intended = alert("0 bad\n1 intend")
    unknown = Detected(finding(observed=None), after(2), confirmed=True)

    assert does(intended, unknown, 2).rule == "SEEN-1"


def test_a_closed_alert_says_who_closed_it_and_why_and_is_not_called_resolved() -> None:
    check(
        """
        0  bad    firing  FIND-1
        1  close  closed  CLOSE-2
        2  clear  closed  CLEAR-1
        3  time   closed  EXPIRE-3
        4  bad    firing  FIND-1
        """
    )
    closed, decision = live("0 BAD\n1 close")[-1]
    assert closed is not None
    assert (closed.closed_by, closed.closed_because, closed.resolved_at) == ("ann", "known", after(1))
    assert (decision.owed, decision.actor) == (Owed.CLOSED, "ann")


def test_what_is_found_again_after_it_was_closed_says_so() -> None:
    before = Earlier(closed=after(1), closed_by="ann", closed_because="known")
    again = Detected(finding(), after(2), confirmed=True, before=before)

    decision = does(None, again, 2)

    assert decision.owed is Owed.FIRST
    assert decision.reason.startswith("closed by ann at 12:01:00 UTC (known), and it is still so: ")


@pytest.mark.parametrize(
    "life", ["0 bad?", "0 bad", "0 bad\n1 ack", "0 bad\n1 clear\n2 clear", "0 bad\n1 close"]
)
def test_a_note_changes_nothing_but_the_history(life: str) -> None:
    found = alert(life)

    decision = does(found, event_of("note", after(3)), 3)

    assert decision.after == replace(found, version=found.version + 1)
    assert (decision.action, decision.actor, decision.reason) == (Action.NOTED, "ann", "looked")
    assert decision.owed is None


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ("ack", "snooze", "acknowledged by ann"),
        ("ack", "intend", "acknowledged by ann"),
        ("snooze", "ack", "snoozed by ann"),
        ("snooze", "intend", "snoozed by ann"),
        ("intend", "snooze", "intended by ann"),
        ("intend", "ack", "intended by ann"),
    ],
)
def test_at_most_one_word_is_in_force_and_the_history_says_which_one_ended(
    first: str, then: str, said: str
) -> None:
    found, decision = live(f"0 bad\n1 {first}\n2 {then}")[-1]

    assert found is not None
    assert (found.acknowledgement is None) is not (found.hold is None)
    assert (found.state is AlertState.ACKNOWLEDGED) is (then == "ack")
    assert f"(in place of: {said})" in decision.reason


@pytest.mark.parametrize("word", ["snooze", "intend"])
def test_while_it_recovers_it_stays_so(word: str) -> None:
    found = alert(f"0 bad\n1 clear\n2 {word}")

    assert (found.state, found.hold is not None) == (AlertState.RECOVERING, True)


def test_an_acknowledgement_and_a_snooze_last_as_long_as_was_chosen() -> None:
    chosen = after(41)
    given = does(alert("0 BAD"), Acknowledge("ann", "x", after(1), "cli", until=chosen), 1).after
    held = does(alert("0 BAD"), Snooze("ann", "x", after(1), "cli", until=chosen), 1).after

    assert given is not None
    assert given.acknowledgement is not None
    assert given.acknowledgement.until == chosen
    assert held is not None
    assert held.hold is not None
    assert held.hold.until == chosen


@pytest.mark.parametrize(
    ("life", "event", "most"),
    [
        ("0 BAD", Acknowledge, timedelta(hours=4)),
        ("0 bad", Acknowledge, timedelta(hours=24)),
        ("0 BAD", Snooze, timedelta(hours=1)),
        ("0 bad", Snooze, timedelta(hours=24)),
        ("0 BAD", Intend, timedelta(days=30)),
    ],
)
def test_nothing_is_quiet_for_longer_than_is_allowed(
    life: str, event: type[Acknowledge | Snooze | Intend], most: timedelta
) -> None:
    found = alert(life)
    longest = event("ann", "x", after(1), "cli", until=after(1) + most)
    too_long = replace(longest, until=after(1) + most + timedelta(seconds=1))

    assert does(found, longest, 1).after is not None
    with pytest.raises(WrongEnd, match="is the longest"):
        does(found, too_long, 1)


def test_a_snooze_of_less_than_there_is_by_now_fires_again() -> None:
    seen = seen_of(alert("0 bad"))
    said = Snooze("bob", "later", after(2), "cli", seen)
    snoozed = does(alert("0 bad\n1 BAD"), said, 2).after

    weighed = does(snoozed, Weigh(after(2)), 2)

    assert (weighed.rule, weighed.owed) == ("GROWN-2", Owed.WORSE)
    assert weighed.reason == "it has grown since bob saw it: it was warning and is critical"


SAW_A_WARNING = Seen(1, Severity.WARNING, Decimal(1000))
REFUSED: tuple[tuple[str, str, Event, type[AlertCommandError]], ...] = (
    ("ACK-1", "0 bad\n1 close", Acknowledge("ann", "x", after(9), "cli"), AlreadyResolved),
    ("ACK-2", "0 bad?", Acknowledge("ann", "x", after(9), "cli"), NotFiringYet),
    ("SAY-1", "0 bad\n1 gone", Snooze("ann", "x", after(9), "cli"), AlreadyResolved),
    ("SAY-1", "0 bad\n1 clear\n2 clear", Close("ann", "x", after(9), "cli"), AlreadyResolved),
    ("SAY-2", "0 bad?", Intend("ann", "x", after(9), "cli"), NotFiringYet),
    ("SAY-2", "0 bad?", Close("ann", "x", after(9), "cli"), NotFiringYet),
    ("SAY-3", "0 bad", Acknowledge("  ", "x", after(9), "cli"), NameRequired),
    ("SAY-3", "0 bad", Snooze("", "x", after(9), "cli"), NameRequired),
    ("SAY-3", "0 bad\n1 gone", Note(" ", "x", after(9), "cli"), NameRequired),
    ("SAY-4", "0 BAD", Acknowledge("ann", " ", after(9), "cli"), NoteRequired),
    ("SAY-4", "0 BAD", Snooze("ann", "", after(9), "cli"), NoteRequired),
    ("SAY-4", "0 bad", Intend("ann", "", after(9), "cli"), NoteRequired),
    ("SAY-4", "0 bad", Close("ann", " ", after(9), "cli"), NoteRequired),
    ("SAY-4", "0 bad?", Note("ann", " ", after(9), "cli"), NoteRequired),
    ("SECOND-2", "0 bad\n1 ack", Snooze("bob", "x", after(9), "cli", unaware=True), TakenMeanwhile),
    ("SECOND-2", "0 bad\n1 ack", Close("bob", "x", after(9), "cli", unaware=True), TakenMeanwhile),
    ("SECOND-2", "0 bad\n1 snooze", Intend("bob", "x", after(9), "cli", unaware=True), TakenMeanwhile),
    ("UNTIL-1", "0 bad", Snooze("ann", "", after(9), "cli", until=after(9)), WrongEnd),
    ("UNTIL-2", "0 BAD", Snooze("ann", "x", after(9), "cli", until=after(70)), WrongEnd),
    ("INTEND-2", "0 bad", Intend("ann", "x", after(9), "cli", surplus=Decimal(42)), AnotherSize),
    ("CLOSE-1", "0 bad\n1 BAD", Close("ann", "x", after(9), "cli", SAW_A_WARNING), AlertGrown),
    ("CLOSE-1", "0 bad\n1 bad+10%", Close("ann", "x", after(9), "cli", SAW_A_WARNING), AlertGrown),
)
"""By which rule, of which alert, what, and how it is told."""


def rule_of(found: Alert | None, event: Event, minute: float) -> str:
    """The rule that answers, also where its answer is a refusal."""
    case = AlertCase(found, event, SETTINGS, after(minute))
    state = AlertState.RESOLVED if found is None else found.state
    fits = (each for each in RULES if isinstance(event, each.event) and state in each.states)
    return next(each.name for each in fits if each.when(case))


@pytest.mark.parametrize(("rule", "life", "event", "refusal"), REFUSED)
def test_what_says_too_little_or_comes_too_late_is_refused_in_one_line(
    rule: str, life: str, event: Event, refusal: type[AlertCommandError]
) -> None:
    found = alert(life)

    assert rule_of(found, event, 9) == rule
    with pytest.raises(refusal) as refused:
        does(found, event, 9)
    assert "\n" not in str(refused.value)
    assert "alert 7" in str(refused.value)


@pytest.mark.parametrize("event", [Snooze, Intend, Close, Note, Acknowledge])
def test_of_what_never_was_nothing_can_be_said(event: type[Acknowledge]) -> None:
    with pytest.raises(AlreadyResolved):
        does(None, event("ann", "x", after(1), "cli"), 1)


BY_HAND = {Kind.ORPHANED_POSITION, Kind.REAPPEARED_POSITION, Kind.QUANTITY_MISMATCH, Kind.SIDE_MISMATCH}


@pytest.mark.parametrize("kind", Kind)
def test_only_a_position_that_the_exchange_holds_more_can_be_intended(kind: Kind) -> None:
    found = replace(alert("0 bad"), key=finding(kind=kind).identity)
    said = Intend("ann", "mine", after(1), "cli", surplus=Decimal(43))

    if kind in BY_HAND:
        intended = does(found, said, 1).after
        assert intended is not None
        assert intended.hold is not None
        assert (intended.hold.kind, intended.hold.surplus) == (HoldKind.INTENDED, Decimal(43))
        return
    assert rule_of(found, said, 1) == "INTEND-1"
    with pytest.raises(NotByHand, match="can be acknowledged or snoozed"):
        does(found, said, 1)


@pytest.mark.parametrize("observed", [None, Decimal(43)])
def test_nobody_intends_a_position_of_which_the_size_is_not_known_or_nothing(
    observed: Decimal | None,
) -> None:
    found = replace(alert("0 bad"), observed=observed)

    with pytest.raises(AnotherSize):
        does(found, Intend("ann", "mine", after(1), "cli"), 1)


@pytest.mark.parametrize("lasting", [getattr(LIMITS, name) for name in LIMITS.__dataclass_fields__])
def test_what_is_offered_holds_the_usual_and_nothing_that_would_be_refused(lasting: Lasting) -> None:
    spans = offered(lasting)

    assert lasting.usual in spans
    assert list(spans) == sorted(set(spans))
    assert max(spans) <= lasting.most
    assert len(spans) <= 7
