"""Many alerts are taken with one note: each by its id as it was shown, and what has changed since is told."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from dashboard.alert_rows import CHOSEN, MOST
from reconciler.alerts.alert import AlertState
from reconciler.console import seen_of
from reconciler.facts.finding import Severity
from reconciler.facts.person import Person
from reconciler.facts.token import Role
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import buttons, opened, reading, run, text

FIRST, SECOND = drawn.alert(1), drawn.alert(2, symbol="SUI/USDT:USDT", severity=Severity.WARNING)
OVER = drawn.alert(3, symbol="ETH/USDT:USDT", state=AlertState.RESOLVED, resolved_at=drawn.before(300))


def memory() -> Memory:
    return Memory(drawn.view(alerts=(FIRST, SECOND), resolved=(OVER,)))


def asked(word: str = "acknowledge", *numbers: int) -> AppTest:
    """Choose these alerts, as the browser tells it, and open the dialog."""
    screen = opened("alerts")
    screen.session_state[CHOSEN] = list(numbers or (1, 2))
    screen = run(screen)
    screen.button(key=f"{word}-chosen").click()
    return run(screen)


def sent(screen: AppTest, note: str = "one outage, all of them") -> AppTest:
    screen.text_input(key="name-of-many").input("ann")
    screen.text_area(key="note-of-many").input(note)
    screen.button(key="confirm-many").click()
    return run(screen)


def test_each_is_acknowledged_by_its_id_as_it_was_shown_with_one_note() -> None:
    held = memory()
    with reading(held):
        screen = asked()
        assert "1, No stop: BTC/USDT:USDT" in text(screen)
        assert "2, No stop: SUI/USDT:USDT" in text(screen)
        sent(screen)

    assert [(each["id"], each["by"], each["note"]) for each in held.told] == [
        (1, "ann", "one outage, all of them"),
        (2, "ann", "one outage, all of them"),
    ]
    assert held.seen == [seen_of(FIRST), seen_of(SECOND)]


def test_it_ends_no_later_than_is_allowed_for_the_most_severe() -> None:
    with reading(memory()):
        both = asked().selectbox(key="until-of-many").options
        mild = asked("acknowledge", 2).selectbox(key="until-of-many").options

    assert both[-1].startswith("4 h")
    assert mild[-1].startswith("1 d")


def test_they_are_snoozed_the_same_way() -> None:
    held = memory()
    with reading(held):
        sent(asked("snooze"))

    assert [each["what"] for each in held.words] == ["snooze", "snooze"]


def test_what_has_changed_since_is_told_of_each_and_the_dialog_stays() -> None:
    held = memory()
    held.answers = "It has grown since you saw it."
    with reading(held):
        said = text(sent(asked()))

    assert "Changed meanwhile:" in said
    assert said.count("It has grown since you saw it.") == 2
    assert "Stored for 2 alerts." in said


def test_what_is_refused_of_one_does_not_undo_the_other_and_is_told() -> None:
    held = memory()
    with reading(held):
        said = text(sent(asked(), note=""))

    assert [each["id"] for each in held.told] == [2]  # a critical one needs a note
    assert "Not stored:" in said
    assert "A critical alert needs a note." in said
    assert "Stored for 1 alert." in said


def test_what_could_not_be_stored_is_not_taken_for_done() -> None:
    held = memory()
    held.refuses_writes = "The disk is full."
    with reading(held):
        said = text(sent(asked()))

    assert said.count("not stored. The disk is full.") == 2
    assert "Stored for" not in said


def test_what_is_over_by_now_is_left_as_it_is_and_said() -> None:
    held = memory()
    with reading(held):
        screen = asked("acknowledge", 1, 3)
        assert "1 alert of these is over by now" in text(screen)
        sent(screen)

    assert [each["id"] for each in held.told] == [1]


def test_what_grew_between_choosing_and_asking_is_shown_as_it_is_now() -> None:
    held = memory()
    with reading(held):
        screen = opened("alerts")
        screen.session_state[CHOSEN] = [2]
        screen = run(screen)
        worse = replace(SECOND, severity=Severity.CRITICAL, version=9)
        held.view = replace(held.view, alerts=(FIRST, worse))
        screen.button(key="acknowledge-chosen").click()
        screen = run(screen)
        assert "Critical, $81 k exposed" in text(screen)
        sent(screen)

    assert held.seen == [seen_of(worse)]


def test_once_it_is_stored_nothing_is_chosen_any_more() -> None:
    with reading(memory()):
        screen = run(sent(asked()))

    assert screen.session_state[CHOSEN] == []


def test_no_more_are_taken_at_once_than_a_person_waits_for() -> None:
    with reading(memory()):
        screen = opened("alerts")
        screen.session_state[CHOSEN] = list(range(1, MOST + 2))
        screen = run(screen)

    assert screen.button(key="acknowledge-chosen").disabled


def test_who_may_only_look_can_take_none() -> None:
    with reading(memory(), Person("bob", Role.VIEWER)):
        screen = opened("alerts")
        screen.session_state[CHOSEN] = [1]
        screen = run(screen)

    assert "acknowledge-chosen" in buttons(screen)
    assert screen.button(key="acknowledge-chosen").disabled
