"""A person takes an alert: its id, their name and their note reach the console, or the refusal is shown."""

from streamlit.testing.v1 import AppTest

from reconciler.console import seen_of
from reconciler.facts.finding import Severity
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import opened, reading, run, text


def memory() -> Memory:
    mild = drawn.alert(2, symbol="SUI/USDT:USDT", severity=Severity.WARNING)
    return Memory(drawn.view(alerts=(drawn.alert(1), mild)))


def send(screen: AppTest, number: int, name: str, note: str) -> AppTest:
    screen.button(key=f"acknowledge-{number}").click()
    run(screen)
    screen.text_input(key=f"name-{number}").input(name)
    screen.text_area(key=f"note-{number}").input(note)
    screen.button(key=f"confirm-{number}").click()
    return run(screen)


def test_the_dialog_says_which_alert_it_is_about() -> None:
    with reading(memory()):
        screen = opened()
        screen.button(key="acknowledge-2").click()
        run(screen)

    assert text(screen).count("No stop: SUI/USDT:USDT long 0.85 contracts (0.85 SUI)") == 2
    assert "It does not change the position." in text(screen)
    assert [field.key for field in screen.text_input] == ["name-2"]


def test_acknowledging_writes_the_id_the_name_and_the_note() -> None:
    held = memory()
    with reading(held):
        screen = send(opened(), 1, " ann ", "setting a stop")

    assert held.told == [{"id": 1, "by": "ann", "note": "setting a stop", "origin": "dashboard"}]
    assert "Acknowledged by ann" in text(screen)


def test_what_the_dialog_shows_is_what_is_acknowledged() -> None:
    held = memory()
    with reading(held):
        screen = opened()
        screen.button(key="acknowledge-1").click()
        assert "Critical, $81 k exposed" in text(run(screen))
        send(screen, 1, "ann", "setting a stop")

    assert held.seen == [seen_of(drawn.alert(1))]


def test_who_could_not_know_something_is_told_at_once_and_the_dialog_stays_open_for_it() -> None:
    held = memory()
    held.answers = "It has grown since you saw it: it was warning and is critical."
    with reading(held):
        screen = send(opened(), 1, "ann", "setting a stop")

    assert [told["id"] for told in held.told] == [1]
    assert "It has grown since you saw it: it was warning and is critical." in text(screen)
    assert "confirm-1" not in {str(button.key) for button in screen.button}


def test_a_critical_alert_is_not_acknowledged_without_a_note() -> None:
    held = memory()
    with reading(held):
        screen = send(opened(), 1, "ann", "  ")

    assert held.told == []
    assert "A critical alert needs a note." in text(screen)


def test_a_warning_needs_no_note_but_a_name() -> None:
    held = memory()
    with reading(held):
        assert "needs a name" in text(send(opened(), 2, "", ""))
        assert held.told == []
        send(opened(), 2, "ann", "")

    assert [told["id"] for told in held.told] == [2]


def test_what_could_not_be_stored_is_said_and_not_taken_for_done() -> None:
    held = memory()
    held.refuses_writes = "The disk is full."
    with reading(held):
        screen = send(opened(), 1, "ann", "setting a stop")

    assert "Not stored. The disk is full." in text(screen).replace("*", "")
    assert "acknowledge-1" in {button.key for button in screen.button}


def test_the_name_is_asked_only_once() -> None:
    with reading(memory()):
        screen = send(opened(), 1, "ann", "setting a stop")
        screen.button(key="acknowledge-2").click()
        run(screen)

    assert screen.text_input(key="name-2").value == "ann"
