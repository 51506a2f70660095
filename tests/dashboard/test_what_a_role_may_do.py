"""A role is enforced where the word is stored, and what is done is done in the name that sign-in knows."""

import pytest

from dashboard import identity
from dashboard.gate import vouched
from reconciler.console import NotAllowed
from reconciler.facts.person import Deed, Person
from reconciler.facts.token import Role
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import opened, reading, run, text

ANN = Person("Ann B. ✓", Role.OPERATOR)


def one() -> Memory:
    return Memory(drawn.view(alerts=(drawn.alert(1),)))


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, set()),
        (Role.OPERATOR, {"acknowledge", "snooze", "intend", "note", "check_again"}),
        (Role.ADMIN, set(Deed)),
    ],
)
def test_what_each_role_may_have_done(role: Role, allowed: set[str]) -> None:
    assert {deed for deed in Deed if Person("ann", role).may(deed)} == allowed


def test_a_viewer_is_refused_by_the_commands_themselves_whatever_the_screen_shows() -> None:
    memory = one()
    commands = memory.console().commands_of(Person("vic", Role.VIEWER))
    for say in (commands.acknowledge, commands.snooze, commands.intend, commands.close, commands.note):
        with pytest.raises(NotAllowed, match=r"signed in as a viewer: this takes an (operator|admin)"):
            say(1, by="root", note="x", origin="dashboard")
    with pytest.raises(NotAllowed):
        commands.begin_maintenance("main", by="root", note="x", origin="dashboard")
    with pytest.raises(NotAllowed):
        commands.end_maintenance("main", by="root")
    assert memory.told == []


def test_an_operator_cannot_close_past_the_checks() -> None:
    memory = one()
    with pytest.raises(NotAllowed, match="this takes an admin"):
        memory.console().commands_of(ANN).close(1, by="", note="x", origin="dashboard")
    memory.console().commands_of(Person("", Role.ADMIN)).close(1, by="bo", note="x", origin="dashboard")
    assert [each["by"] for each in memory.told] == ["bo"]


def test_the_name_is_the_one_that_sign_in_knows_and_not_one_that_is_typed() -> None:
    memory = one()
    memory.console().commands_of(ANN).acknowledge(1, by="somebody else", note="x", origin="dashboard")
    assert [each["by"] for each in memory.told] == [ANN.name]


def test_who_is_signed_in_is_not_asked_for_a_name() -> None:
    memory = one()
    with reading(memory, ANN):
        screen = opened()
        screen.button(key="acknowledge-1").click()
        run(screen)
        assert not screen.text_input
        assert f"As {ANN.name}" in text(screen)
        screen.text_area(key="note-1").input("on it")
        screen.button(key="confirm-1").click()
        run(screen)
    assert [(each["by"], each["note"]) for each in memory.told] == [(ANN.name, "on it")]


@pytest.mark.parametrize(
    ("person", "said"),
    [(Person("vic", Role.VIEWER), "takes an operator"), (None, "Nobody is signed in here")],
)
def test_a_refusal_is_shown_and_nothing_is_stored(person: Person | None, said: str) -> None:
    memory = one()
    with reading(memory, ANN):
        screen = opened()
        screen.button(key="acknowledge-1").click()
        run(screen)
    with reading(memory, person):  # what they may do has changed while the dialog was open
        screen.text_area(key="note-1").input("on it")
        screen.button(key="confirm-1").click()
        run(screen)
        assert said in text(screen)
    assert memory.told == []


def test_who_may_not_act_is_told_so_at_the_button() -> None:
    with reading(one(), Person("vic", Role.VIEWER)):
        button = opened().button(key="acknowledge-1")
    assert button.disabled
    assert button.help == "Your role lets you look, and not act."


def test_where_nobody_is_vouched_for_there_is_nothing_to_act_on() -> None:
    with reading(one(), None):
        screen = opened()
    assert "Nobody is signed in here: load the page again." in text(screen)
    assert not any(str(button.key).startswith("acknowledge") for button in screen.button)


def test_a_person_goes_through_the_header_as_they_are() -> None:
    for person in (ANN, Person("", Role.ADMIN), Person("a;b\r\nx: y", Role.VIEWER)):
        assert "\n" not in identity.written(person)
        assert identity.read(identity.written(person)) == person
    for wrong in ("", "admin", "root ann", "ADMIN x"):
        assert identity.read(wrong) is None


def test_a_header_of_that_name_from_outside_is_taken_away() -> None:
    forged = [(b"X-Trueup-Person", b"admin eve"), (b"x_trueup_person", b"admin eve"), (b"host", b"h")]
    headers = vouched({"headers": forged}, ANN)["headers"]
    assert headers == [(b"host", b"h"), (b"x-trueup-person", identity.written(ANN).encode())]
