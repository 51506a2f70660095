"""A person takes an alert: its id, their name and their note reach the console, or the refusal is shown."""

from datetime import timedelta

from streamlit.testing.v1 import AppTest

from reconciler.alerts.quiet import Window, quiet
from reconciler.console import seen_of
from reconciler.facts.finding import Kind, Severity
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import banner, opened, reading, run, tab, text


def memory() -> Memory:
    mild = drawn.alert(2, symbol="SUI/USDT:USDT", severity=Severity.WARNING)
    return Memory(drawn.view(alerts=(drawn.alert(1), mild)))


def send(screen: AppTest, number: int, name: str, note: str) -> AppTest:
    screen.button(key=f"acknowledge-{number}").click()
    return filled(run(screen), number, name, note)


def filled(screen: AppTest, number: int, name: str, note: str) -> AppTest:
    """Fill the dialog that is open, and send it."""
    screen.text_input(key=f"name-{number}").input(name)
    screen.text_area(key=f"note-{number}").input(note)
    screen.button(key=f"confirm-{number}").click()
    return run(screen)


def test_the_dialog_says_which_alert_it_is_about() -> None:
    with reading(memory()):
        screen = opened()
        screen.button(key="acknowledge-2").click()
        run(screen)

    assert "No stop: SUI/USDT:USDT long 0.85 contracts (0.85 SUI)" in text(screen)
    assert "It does not change the position." in text(screen)
    assert [field.key for field in screen.text_input] == ["name-2"]


def test_acknowledging_writes_the_id_the_name_and_the_note() -> None:
    held = memory()
    with reading(held):
        screen = send(opened(), 1, " ann ", "setting a stop")

        assert "Acknowledged by ann" in text(tab(screen, "acknowledged"))

    assert held.told == [{"id": 1, "by": "ann", "note": "setting a stop", "origin": "dashboard"}]


def test_what_the_dialog_shows_is_what_is_acknowledged() -> None:
    held = memory()
    with reading(held):
        screen = opened()
        screen.button(key="acknowledge-1").click()
        assert "Critical, $81 k exposed" in text(run(screen))
        filled(screen, 1, "ann", "setting a stop")

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


def fill(screen: AppTest, number: int, name: str, note: str) -> AppTest:
    screen.text_input(key=f"name-{number}").input(name)
    screen.text_area(key=f"note-{number}").input(note)
    screen.button(key=f"confirm-{number}").click()
    return run(screen)


def more(screen: AppTest, number: int, word: str) -> AppTest:
    screen.button(key=f"more-{number}").click()
    run(screen)
    screen.button_group(key=f"word-{number}").set_value(word)
    return run(screen)


def test_the_end_of_an_acknowledgement_is_shown_before_the_click_and_is_the_one_that_is_stored() -> None:
    held = memory()
    with reading(held):
        screen = opened()
        screen.button(key="acknowledge-1").click()
        run(screen)
        choice = screen.selectbox(key="until-acknowledge-1")
        assert choice.options[:2] == ["15 m, until 14:17:11 UTC", "30 m, until 14:32:11 UTC"]
        assert choice.value == drawn.NOW + timedelta(minutes=15)
        choice.select(drawn.NOW + timedelta(minutes=30))
        fill(screen, 1, "ann", "setting a stop")

    assert held.words == [{"what": "acknowledge", "until": drawn.NOW + timedelta(minutes=30)}]


def test_a_warning_may_be_acknowledged_for_longer_than_what_is_critical() -> None:
    with reading(memory()):
        screen = opened()
        screen.button(key="acknowledge-2").click()
        run(screen)

    ends = screen.selectbox(key="until-acknowledge-2").options
    assert ends[-1] == "1 d, until 2026-11-23 14:02:11 UTC"


def test_a_snoozed_alert_is_shown_as_that_and_nothing_is_green() -> None:
    held = Memory(drawn.view(alerts=(drawn.alert(1),)))
    with reading(held):
        screen = fill(more(opened(), 1, "snooze"), 1, "ann", "after the call")

    assert held.words == [{"what": "snooze", "until": drawn.NOW + timedelta(minutes=15)}]
    assert held.seen == [seen_of(drawn.alert(1))]
    shown = text(screen)
    assert "Snoozed by ann: after the call, ends in 15 m" in shown
    assert "No alert needs you." in shown
    assert "Nobody new needed; $81,200 still unprotected" in shown
    assert banner(screen)[0] == "warning"


def test_only_a_position_that_may_be_somebodys_own_can_be_intended_and_its_size_is_said() -> None:
    orphan = drawn.alert(2, Kind.ORPHANED_POSITION, symbol="SUI/USDT:USDT", expected=None)
    held = Memory(drawn.view(alerts=(drawn.alert(1), orphan)))
    with reading(held):
        screen = opened()
        screen.button(key="more-1").click()
        run(screen)
        assert list(screen.button_group(key="word-1").options) == ["Snooze", "Note", "Close"]
        screen = opened()
        screen.button(key="open-2").click()
        more(run(screen), 2, "intend")
        assert "Somebody opened this by hand: long 0.85 contracts (0.85 SUI)." in text(screen)
        fill(screen, 2, "ann", "my hedge")

    assert held.words == [
        {"what": "intend", "until": drawn.NOW + timedelta(days=1), "surplus": orphan.surplus}
    ]


def test_an_alert_is_closed_for_a_reason_and_shown_as_closed_and_not_as_resolved() -> None:
    held = memory()
    with reading(held):
        screen = more(opened(), 1, "close")
        assert "Over, whatever the checks show. Found again, it is told again." in text(screen)
        screen = fill(screen, 1, "ann", "a test account")

        shown = text(tab(screen, "over"))

    assert held.words == [{"what": "close", "until": None}]
    assert "closed by ann just now, and not seen to be over: a test account" in shown


def test_a_note_is_stored_with_its_name() -> None:
    held = memory()
    with reading(held):
        fill(more(opened(), 1, "note"), 1, "ann", "asked the venue")

    assert (held.words, held.told) == (
        [{"what": "note", "until": None}],
        [{"id": 1, "by": "ann", "note": "asked the venue", "origin": "dashboard"}],
    )


def test_a_window_and_what_is_quiet_stand_on_top_of_every_page() -> None:
    window = Window(1, "main", "ann", "an upgrade", drawn.before(60), drawn.NOW + timedelta(hours=1))
    alerts = (drawn.alert(1, Kind.PHANTOM_POSITION),)
    held = Memory(drawn.view(alerts=alerts, windows=(window,), quiet=quiet(alerts, [window], now=drawn.NOW)))
    with reading(held):
        shown = text(opened())

    assert "maintenance of main until 15:02:11 UTC" in shown
    assert "1 alert quiet, the first until 15:02:11 UTC" in shown
    assert "Maintenance of main, ann: an upgrade, ends in 1 h" in shown
