"""Every kind of alert has words for what is so and for what is over, and none of the past ones says "is"."""

import re
from dataclasses import replace

import pytest

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.wording import clause, ended, told
from reconciler.cli.wording import alert_lines, view_document
from reconciler.facts.finding import Evidence, Kind, Party
from reconciler.kinds.form.words import KindWords
from reconciler.kinds.registry import SPECS, spec_of
from reconciler.views.alert import AlertView
from tests.reconciler.alert_life import NOON, after, live

PRESENT = re.compile(
    r"\b(is|are|has|have|does|do|cannot|can|believes?|knows?|holds?|lists?|differ|contradicts?|covers?)\b"
)
"""What a sentence about the present is made of; a sentence about the past has none of it."""


def alert(kind: Kind = Kind.UNPROTECTED_POSITION, state: AlertState = AlertState.FIRING) -> Alert:
    found = live("0 BAD")[-1][0]
    assert found is not None
    over = after(3.2) if not state.open else None
    return replace(found, key=replace(found.key, kind=kind), state=state, resolved_at=over)


def present(sentence: str) -> list[str]:
    # "did not know" and "could not be read" are of the past; the verb that follows is bare.
    return PRESENT.findall(re.sub(r"\b(did|could)( not)? \w+", "", sentence.lower()))


SPOKEN = {str(spec.kind): spec.words for spec in SPECS}
SPOKEN |= {f"{spec.kind}, milder": spec.milder.words for spec in SPECS if spec.milder is not None}


@pytest.mark.parametrize("spoken", SPOKEN.values(), ids=SPOKEN)
def test_the_words_of_what_is_over_are_of_the_past(spoken: KindWords) -> None:
    assert not present(spoken.then.title)
    assert not present(spoken.then.clause)
    assert spoken.then.title != spoken.now.title
    assert ("{what}" in spoken.then.clause) is ("{what}" in spoken.now.clause)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_told_as_it_is_while_open_and_as_it_was_when_over(kind: Kind) -> None:
    assert told(alert(kind)) == spec_of(kind).words.now
    assert told(alert(kind, AlertState.RESOLVED)) == spec_of(kind).words.then
    assert "{" not in clause(alert(kind, AlertState.RESOLVED), "AVL/USDT:USDT")


def test_it_is_said_how_long_it_was_so() -> None:
    assert (
        ended(alert(state=AlertState.RESOLVED), "AVL/USDT:USDT") == "AVL/USDT:USDT had no stop for 3 m 12 s"
    )


def test_a_stop_that_was_too_small_was_not_no_stop() -> None:
    rested = Evidence(Party.EXCHANGE, "conditional_orders", "stop 9 rests", NOON, {"trigger": "0.2"})
    over = replace(alert(state=AlertState.RESOLVED), evidence=(rested,))

    assert clause(over, "AVL/USDT:USDT") == "AVL/USDT:USDT had a stop that did not cover it"


def test_the_command_line_tells_what_is_over_as_what_was() -> None:
    over = alert_lines(AlertView(alert(state=AlertState.RESOLVED), (), ()))
    open_now = alert_lines(AlertView(alert(), (), ()))

    assert "  AVL/USDT:USDT had no stop for 3 m 12 s" in over
    assert not any("had no stop" in line for line in open_now)


def test_the_command_line_calls_what_is_retired_neither_resolved_nor_over() -> None:
    retired = replace(alert(state=AlertState.RETIRED), retired="account main is no longer in the settings")
    view = AlertView(retired, (), ())
    document = view_document(view)
    told = "\n".join(alert_lines(view))

    assert "retired 2026-03-01 12:03:12 UTC, not resolved: account main is no longer in the settings" in told
    assert "AVL/USDT:USDT had no stop when that was last found, at 2026-03-01 12:00:00 UTC" in told
    assert "over since" not in told
    assert (document["state"], document["resolved_at"]) == ("retired", None)
    assert document["retired_at"] == after(3.2).isoformat()
    assert document["retired_because"] == "account main is no longer in the settings"


def test_what_healthy_reads_have_shown_is_told_as_past() -> None:
    assert "2 healthy reads in a row showed it gone" in live("0 bad\n1 clear\n2 clear")[-1][1].reason
