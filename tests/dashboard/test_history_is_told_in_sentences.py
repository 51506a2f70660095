"""The history of an alert and its messages are told in sentences, whatever has happened."""

from dataclasses import replace

import pytest

from dashboard.words.history import WHY, delivery, line
from reconciler.alerts.event import Action
from reconciler.notify.outbox import Why
from tests.dashboard import drawn

PERSONS = {
    Action.ACKNOWLEDGED,
    Action.ALSO_ACKNOWLEDGED,
    Action.SNOOZED,
    Action.INTENDED,
    Action.NOTED,
    Action.CHECK_ASKED,
    Action.CLOSED,
}
CHANGE = drawn.history(drawn.alert()).transitions[0]


@pytest.mark.parametrize("action", [each for each in Action if each.recorded])
def test_every_change_is_a_sentence_and_no_word_of_ours(action: Action) -> None:
    actor, origin = ("ann", "cli") if action in PERSONS else ("trueup", "reconciler")
    said = line(replace(CHANGE, action=action.value, actor=actor, origin=origin, reason=""))

    assert said.text[0].isupper()
    assert said.text.endswith(".")
    assert "_" not in said.text
    assert said.text != f"{action.value.capitalize()}."
    assert said.who == ("ann, on the command line" if action in PERSONS else "Trueup")


def test_a_reason_is_told_once_and_to_its_end() -> None:
    frozen = replace(CHANGE, action="frozen", reason="cannot be checked: the list timed out")
    noted = replace(CHANGE, action="noted", actor="ann", origin="telegram", reason="called the venue")

    assert line(frozen).text == "Could not be checked: the list timed out."
    assert line(noted).text == "Noted: called the venue"
    assert line(noted).who == "ann, by Telegram"


def test_every_reason_of_a_message_has_its_words() -> None:
    assert set(WHY) == {each.value for each in Why}
    assert delivery(drawn.message(tried_at=drawn.before(188.4))) == "delivered in 400 ms"
    assert delivery(drawn.message(tried_at=drawn.before(308), attempts=3)) == "delivered at try 3, after 2 m"
