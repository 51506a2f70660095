"""An acknowledgement is of what a person saw: what has grown since fires again, and they are told."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.answer import Answer, answer
from reconciler.alerts.policy import Acknowledge, Action, AlertSettings, Decision, Owed, Weigh, decide
from reconciler.alerts.seen import Seen, seen_by, seen_of
from reconciler.facts.finding import Severity
from tests.reconciler.alert_life import after, event_of, live

SETTINGS = AlertSettings()
QUARTER, FOUR_HOURS = 15, 240


def alert(drawing: str) -> Alert:
    found = live(drawing)[-1][0]
    assert found is not None
    return replace(found, id=7)


def give(
    found: Alert, seen: Seen | None, by: str = "bob", note: str = "on it", *, unaware: bool = False
) -> tuple[Answer, list[Decision]]:
    """Acknowledge at minute 20, as the store does."""
    now = after(20)
    person = Acknowledge(by, note, now, "dashboard", seen, unaware)
    decisions = [decide(found, person, SETTINGS, now=now)]
    weighed = decide(decisions[0].after, Weigh(now), SETTINGS, now=now)
    if weighed.after is not None:
        decisions.append(weighed)
    return answer(person, decisions), decisions


def test_what_is_as_it_was_seen_is_acknowledged_in_silence() -> None:
    firing = alert("0 bad")

    given, decisions = give(firing, seen_of(firing))

    assert [each.rule for each in decisions] == ["ACK-5"]
    assert (given.alert.state, given.told) == (AlertState.ACKNOWLEDGED, "")


def test_a_new_sighting_of_the_same_is_no_growth() -> None:
    seen = seen_of(alert("0 bad"))

    given, _ = give(alert("0 bad\n1 bad\n2 bad+9%"), seen)

    assert (given.alert.state, given.told) == (AlertState.ACKNOWLEDGED, "")


def test_what_has_become_critical_since_it_was_seen_fires_again_and_the_person_is_told() -> None:
    seen = seen_of(alert("0 bad"))

    given, decisions = give(alert("0 bad\n1 BAD"), seen, note="")

    assert [each.action for each in decisions] == [Action.ACKNOWLEDGED, Action.WORSENED]
    assert decisions[0].after is not None
    assert decisions[0].after.acknowledgement is not None
    assert decisions[0].after.acknowledgement.severity is Severity.WARNING
    assert decisions[1].owed is Owed.WORSE
    assert decisions[1].reason == "it has grown since bob saw it: it was warning and is critical"
    assert (given.alert.state, given.alert.acknowledgement) == (AlertState.FIRING, None)
    assert given.told.startswith("It has grown since you saw it: it was warning and is critical. ")


def test_a_tenth_more_exposure_than_was_seen_fires_again() -> None:
    seen = seen_of(alert("0 bad"))

    given, _ = give(alert("0 bad\n1 bad+10%"), seen)

    assert given.alert.state is AlertState.FIRING
    assert "1000 USDT exposed then, 1100 USDT now" in given.told


def test_growth_after_the_acknowledgement_counts_from_what_was_seen() -> None:
    """Seen at 1000, acknowledged at 1090, then 1100: a tenth more than the person knows of."""
    seen = seen_of(alert("0 bad"))
    given, _ = give(alert("0 bad\n1 bad+9%"), seen)

    grown = decide(given.alert, event_of("bad+10%", after(21)), SETTINGS, now=after(21))

    assert grown.rule == "WORSE-2"


def test_a_value_that_was_shown_as_unknown_is_measured_from_the_first_that_is_known() -> None:
    found = alert("0 bad")

    given, _ = give(found, replace(seen_of(found), exposure=None))

    assert given.alert.acknowledgement is not None
    assert given.alert.acknowledgement.exposure == Decimal(1000)


@pytest.mark.parametrize(("shown", "minutes"), [(Severity.WARNING, FOUR_HOURS), (Severity.CRITICAL, QUARTER)])
def test_it_lasts_as_long_as_what_was_seen_allows(shown: Severity, minutes: int) -> None:
    found = alert("0 bad")

    given, _ = give(found, replace(seen_of(found), severity=shown))

    assert given.alert.acknowledgement is not None
    assert given.alert.acknowledgement.until == after(20 + minutes)


def test_the_second_of_two_at_once_is_told_of_the_first_which_stays_in_force() -> None:
    first, _ = give(alert("0 BAD"), None, by="anna", note="closing by hand")

    second, decisions = give(first.alert, seen_of(alert("0 BAD")), by="bob", note="me too", unaware=True)

    assert [each.rule for each in decisions] == ["SECOND-1"]
    assert (decisions[0].action, decisions[0].actor, decisions[0].reason) == (
        Action.ALSO_ACKNOWLEDGED,
        "bob",
        "me too",
    )
    assert second.alert.acknowledgement == first.alert.acknowledgement
    assert second.told.startswith(
        "Acknowledged by anna before you, at 12:20:00 UTC, note: closing by hand. That one stays in force "
    )


def test_who_knows_of_an_acknowledgement_and_gives_another_renews_it() -> None:
    first, _ = give(alert("0 bad"), None, by="anna")

    second, decisions = give(first.alert, seen_of(first.alert), by="bob")

    assert [each.rule for each in decisions] == ["ACK-5"]
    assert second.alert.acknowledgement is not None
    assert second.alert.acknowledgement.by == "bob"


def test_while_it_recovers_nobody_is_called_and_a_relapse_finds_the_growth() -> None:
    seen = seen_of(alert("0 bad"))
    given, decisions = give(alert("0 bad\n1 BAD\n2 clear"), seen)

    assert [each.rule for each in decisions] == ["ACK-5"]
    assert given.alert.state is AlertState.RECOVERING
    relapsed = decide(given.alert, event_of("BAD", after(21)), SETTINGS, now=after(21))
    assert relapsed.rule == "WORSE-2"


@pytest.mark.parametrize("exposure", [None, Decimal("81200.5")])
def test_a_mark_is_read_as_it_was_written(exposure: Decimal | None) -> None:
    seen = Seen(17, Severity.CRITICAL, exposure)

    assert seen_by(seen.mark) == seen


@pytest.mark.parametrize(
    "mark", ["", "17", "17:bad:1", "x:critical:1", "1:critical:x", "1:critical:NaN", "1:info:-1"]
)
def test_what_is_no_mark_is_refused(mark: str) -> None:
    with pytest.raises(ValueError, match="is not what `trueup alerts show` prints"):
        seen_by(mark)
