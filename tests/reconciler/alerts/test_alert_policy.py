"""The alert policy, drawn: minutes after noon, what is learned, the state it leads to, the rule."""

import itertools
from dataclasses import replace

import pytest

from reconciler.alerts.alert import OVER, AlertState
from reconciler.alerts.errors import (
    AlertCommandError,
    AlreadyResolved,
    NameRequired,
    NoteRequired,
    NotFiringYet,
)
from reconciler.alerts.policy import RULES, Acknowledge, Action, AlertSettings, Clear, Owed, decide
from tests.reconciler.alert_life import NOON, SEEN_FLAT, after, check, event_of, live
from tests.reconciler.alerts.test_what_a_person_says import REFUSED

SAID = ("ack", "snooze", "intend", "close")
WORDS = ("bad", "bad?", "BAD", "bad+20%", "bigger", "clear", "blind", "time", "gone", "note", *SAID)
LIVES = {
    None: "0 clear",
    AlertState.PENDING: "0 bad?",
    AlertState.FIRING: "0 bad",
    AlertState.ACKNOWLEDGED: "0 bad\n1 ack",
    AlertState.RECOVERING: "0 bad\n1 ack\n2 clear",
    AlertState.RESOLVED: "0 bad\n1 clear\n2 clear",
    AlertState.RETIRED: "0 bad\n1 gone",
    AlertState.CLOSED: "0 bad\n1 close",
}


def test_a_condition_that_lasts_fires_is_acknowledged_recovers_and_is_resolved() -> None:
    check(
        """
        0   bad?   pending       FIND-1
        1   bad?   pending       CONFIRM-2
        2   bad    firing        CONFIRM-1
        3   ack    acknowledged  ACK-5
        4   bad    acknowledged  SEEN-1
        5   clear  recovering    CLEAR-5
        6   clear  resolved      CLEAR-4
        7   clear  resolved      CLEAR-1
        """
    )


def test_a_transient_vanishes_without_ever_having_fired() -> None:
    alert, decision = live("0 bad?\n1 clear")[-1]

    assert alert is not None
    assert (alert.state, alert.fired_at) == (AlertState.RESOLVED, None)
    assert (decision.action, decision.owed) == (Action.VANISHED, None)


def test_a_bad_read_while_recovering_goes_back_to_where_it_was() -> None:
    check(
        """
        0   bad    firing        FIND-1
        1   clear  recovering    CLEAR-5
        2   bad?   firing        BACK-3
        3   ack    acknowledged  ACK-5
        4   clear  recovering    CLEAR-5
        5   bad?   acknowledged  BACK-1
        6   clear  recovering    CLEAR-5
        7   clear  resolved      CLEAR-4
        """
    )


def test_an_acknowledgement_that_ran_out_while_recovering_does_not_silence_the_relapse() -> None:
    check(
        """
        0    BAD    firing        FIND-1
        1    ack    acknowledged  ACK-5
        15   clear  recovering    CLEAR-5
        17   BAD    firing        BACK-2
        """
    )


def test_blindness_freezes_every_state_and_counts_for_nothing() -> None:
    check(
        """
        0   bad    firing        FIND-1
        1   blind  firing        BLIND-3
        2   blind  firing        BLIND-2
        3   clear  recovering    CLEAR-5
        4   blind  recovering    BLIND-3
        5   clear  resolved      CLEAR-4
        """
    )
    frozen = live("0 bad\n1 blind\n2 blind")[-1][0]
    assert frozen is not None
    assert frozen.frozen_since == after(1)
    seen_again = live("0 bad\n1 blind\n2 bad")[-1][0]
    assert seen_again is not None
    assert seen_again.frozen_since is None


def test_an_acknowledgement_is_broken_by_a_higher_severity_or_a_tenth_more_exposure() -> None:
    check(
        """
        0   bad      firing        FIND-1
        1   ack      acknowledged  ACK-5
        2   bad+9%   acknowledged  SEEN-1
        3   bad+10%  firing        WORSE-2
        4   ack      acknowledged  ACK-5
        5   bad+20%  acknowledged  SEEN-1
        6   bad+21%  firing        WORSE-2
        7   ack      acknowledged  ACK-5
        8   BAD      firing        WORSE-2
        """
    )


def test_worse_while_recovering_is_told_as_worse() -> None:
    alert, decision = live("0 bad\n1 clear\n2 BAD")[-1]

    assert alert is not None
    assert (alert.state, decision.owed) == (AlertState.FIRING, Owed.WORSE)


def test_growth_is_measured_from_the_first_exposure_that_is_known() -> None:
    settings = AlertSettings()
    alert = live("0 bad")[-1][0]
    assert alert is not None
    unknown = replace(alert, exposure=None)
    given = decide(unknown, event_of("ack", after(1)), settings, now=after(1)).after
    learned = decide(given, event_of("bad", after(2)), settings, now=after(2)).after
    grown = decide(learned, event_of("bad+10%", after(3)), settings, now=after(3))

    assert learned is not None
    assert learned.state is AlertState.ACKNOWLEDGED
    assert grown.rule == "WORSE-2"


def test_an_acknowledgement_ends_after_a_quarter_of_an_hour_or_four_hours() -> None:
    check(
        """
        0      BAD   firing        FIND-1
        1      ack   acknowledged  ACK-5
        15.99  time  acknowledged  EXPIRE-3
        16     time  firing        EXPIRE-1
        17     time  firing        EXPIRE-3
        """
    )
    check(
        """
        0    bad   firing        FIND-1
        0    ack   acknowledged  ACK-5
        239  time  acknowledged  EXPIRE-3
        240  time  firing        EXPIRE-1
        """
    )
    expired = live("0 BAD\n1 ack\n16 time")[-1][1]
    assert (expired.action, expired.owed) == (
        Action.ACKNOWLEDGEMENT_EXPIRED,
        Owed.ACKNOWLEDGEMENT_EXPIRED,
    )


def test_a_condition_that_returns_is_a_new_episode_and_says_when_it_came_back() -> None:
    soon = live("0 bad\n1 clear\n2 clear\n8 bad?\n9 bad")
    late = live("0 bad\n1 clear\n2 clear\n13 bad")

    assert soon[-2][1].after is not None
    assert soon[-2][1].after.id == 0
    assert soon[-1][1].reason.startswith("came back 360 s after it was resolved: ")
    assert not late[-1][1].reason.startswith("came back")


def test_a_transient_that_returns_did_not_come_back() -> None:
    assert not live("0 bad?\n1 clear\n2 bad?")[-1][1].reason.startswith("came back")


def test_a_clear_read_older_than_the_finding_or_already_counted_shows_nothing() -> None:
    fresh = live("0 bad\n5 bad")[-1][0]
    recovering = live("0 bad\n5 clear")[-1][0]

    for alert in (fresh, recovering):
        decision = decide(alert, Clear(SEEN_FLAT, after(5)), AlertSettings(), now=after(6))
        assert (decision.rule, decision.after) == ("CLEAR-2", None)


def test_as_many_clear_reads_as_the_settings_ask_for_resolve() -> None:
    drawing = "0 bad\n1 clear\n2 clear\n3 clear"

    states = {
        wanted: [alert.state.value for alert, _ in live(drawing, AlertSettings(wanted)) if alert]
        for wanted in (1, 2, 3)
    }

    assert states == {
        1: ["firing", "resolved", "resolved", "resolved"],
        2: ["firing", "recovering", "resolved", "resolved"],
        3: ["firing", "recovering", "recovering", "resolved"],
    }


def test_silence_cannot_be_called_a_clearing() -> None:
    with pytest.raises(ValueError, match="only by evidence"):
        Clear((), NOON)


@pytest.mark.parametrize(
    ("life", "by", "note", "refusal"),
    [
        ("0 bad?", "ann", "on it", NotFiringYet),
        ("0 bad\n1 clear\n2 clear", "ann", "on it", AlreadyResolved),
        ("0 BAD", "ann", " ", NoteRequired),
        ("0 bad", "  ", "on it", NameRequired),
    ],
)
def test_an_acknowledgement_that_says_too_little_or_comes_too_late_is_refused(
    life: str, by: str, note: str, refusal: type[AlertCommandError]
) -> None:
    alert = live(life)[-1][0]

    with pytest.raises(refusal) as refused:
        decide(alert, Acknowledge(by, note, after(9), "cli"), AlertSettings(), now=after(9))

    assert "\n" not in str(refused.value)


def test_a_warning_may_be_acknowledged_without_a_note() -> None:
    alert = live("0 bad")[-1][0]

    given = decide(alert, Acknowledge("ann", "", after(1), "cli"), AlertSettings(), now=after(1)).after

    assert given is not None
    assert given.acknowledgement is not None
    assert given.acknowledgement.by == "ann"


@pytest.mark.parametrize(("state", "word"), list(itertools.product(LIVES, WORDS)))
def test_every_event_has_an_answer_in_every_state(state: AlertState | None, word: str) -> None:
    alert = live(LIVES[state])[-1][0]
    assert state is (None if alert is None else alert.state)
    refused = OVER | {None, AlertState.PENDING} if word in SAID else {None} if word == "note" else set()
    if state in refused:
        with pytest.raises(AlertCommandError):
            decide(alert, event_of(word, after(30)), AlertSettings(), now=after(30))
        return

    decision = decide(alert, event_of(word, after(30)), AlertSettings(), now=after(30))

    assert decision.reason
    if decision.after is not None and alert is not None and decision.after.id == alert.id != 0:
        assert decision.after.version > alert.version
    if decision.after is not None and decision.after.state is AlertState.RESOLVED:
        assert word == "clear" or (word == "note" and state is AlertState.RESOLVED)
    if decision.after is not None and decision.after.state is AlertState.RETIRED:
        assert word == "gone" or (word == "note" and state is AlertState.RETIRED)


def test_what_is_watched_no_more_is_retired_out_of_any_state_and_is_a_new_episode_when_it_returns() -> None:
    for life in ("0 bad?", "0 bad", "0 bad\n1 ack", "0 bad\n1 clear", "0 bad\n1 blind"):
        played = live(f"{life}\n2 gone\n3 bad")
        (retired, last_word), (returned, begun) = played[-2:]
        assert retired is not None
        assert (retired.state, retired.resolved_at, last_word.rule) == (
            AlertState.RETIRED,
            after(2),
            "RETIRE-1",
        )
        assert retired.retired == "account main is no longer in the settings"
        assert last_word.reason == "retired: account main is no longer in the settings"
        assert last_word.owed is (None if retired.fired_at is None else Owed.RETIRED)
        assert returned is not None
        assert (returned.id, returned.state, begun.rule) == (0, AlertState.FIRING, "FIND-1")
        assert not returned.retired


def test_what_was_retired_did_not_come_back_resolved() -> None:
    assert not live("0 bad\n1 gone\n2 bad")[-1][1].reason.startswith("came back")


def test_no_rule_is_dead_and_no_name_is_used_twice() -> None:
    names = [rule.name for rule in RULES]
    used = {deed.rule for life in DEEDS for reads in (2, 3) for _, deed in live(life, AlertSettings(reads))}

    assert len(set(names)) == len(names)
    refusals = {rule for rule, *_ in REFUSED} | {"INTEND-1", "NOTE-2"}
    elsewhere = refusals | {"SECOND-1", "GROWN-1", "GROWN-2", "GROWN-3"}  # what a person saw
    assert set(names) - used == elsewhere, "these have tests of their own"


DEEDS = (
    "0 clear\n1 blind\n2 bad?\n3 bad?\n4 bad\n5 BAD\n6 ack\n7 BAD\n8 clear\n8 clear",
    "0 bad\n1 clear\n2 bad\n3 clear\n4 clear",
    "0 bad?\n1 clear",
    "0 bad\n1 ack\n2 clear\n3 bad",
    "0 bad\n1 blind\n2 blind\n3 ack\n4 bad+30%\n5 clear\n6 bad?\n7 time",
    "0 BAD\n1 ack\n2 clear\n30 BAD\n31 ack\n50 time",
    "0 gone\n1 bad\n2 gone",
    "0 BAD\n1 snooze\n17 time\n18 snooze\n19 clear\n40 BAD\n41 note",
    "0 bad\n1 intend\n2 bigger\n3 close",
)
