"""The oracle of the torture: each way to break a promise is found, and what is right is left alone."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reconciler.alerts.alert import Acknowledgement, Alert, AlertState
from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.views.alert import AlertView, TransitionView
from tests.torture.legs import CONTROL, MISMATCH, ORPHAN, Episode
from tests.torture.mailbox import Mailbox
from tests.torture.witness import Promise, Witness
from verification.facts.leg import Leg

AVL, ADA = "AVL/USDT:USDT", "ADA/USDT:USDT"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LASTING = Episode(1, AVL, ORPHAN)


def alert(number: int = 1, kind: Kind = Kind.ORPHANED_POSITION, symbol: str = AVL, **more: Any) -> Alert:
    fields: dict[str, Any] = {
        "id": number,
        "key": FindingKey(kind, "main", symbol, Leg.NET),
        "state": AlertState.FIRING,
        "severity": Severity.CRITICAL,
        "reason": "",
        "expected": None,
        "observed": Decimal(43),
        "exposure": None,
        "contract_size": None,
        "evidence": (),
        "first_seen": NOON,
        "fired_at": NOON,
        "last_seen": NOON,
        "recovering_since": None,
        "resolved_at": None,
        "acknowledgement": None,
        "count": 1,
        "version": 1,
    }
    return Alert(**{**fields, **more})


def step(before: AlertState | None, after: AlertState, action: str, actor: str = "", why: str = "") -> Any:
    return TransitionView(NOON, before, after, action, actor or "trueup", "cli", why, Severity.CRITICAL)


FIRED = step(None, AlertState.FIRING, "confirmed")
SEEN = step(AlertState.FIRING, AlertState.ACKNOWLEDGED, "acknowledged", "ann", "I close it")
GIVEN = Acknowledgement("ann", NOON, "I close it", NOON + timedelta(minutes=15), Severity.CRITICAL, None)


def settled(alerts: Sequence[Alert], quiet: dict[str, bool] | None = None) -> list[str]:
    return Witness().settled(alerts, [LASTING], quiet or {})


def test_one_alert_of_the_right_kind_is_right() -> None:
    assert settled([alert()]) == []
    assert settled([alert(kind=Kind.REAPPEARED_POSITION)]) == []


@pytest.mark.parametrize(
    ("alerts", "said"),
    [
        ([], "0 open alerts of a lasting condition"),
        ([alert(state=AlertState.PENDING)], "0 open alerts of a lasting condition"),
        ([alert(state=AlertState.RESOLVED)], "0 open alerts of a lasting condition"),
        ([alert(kind=Kind.PHANTOM_POSITION)], "open without its condition: phantom_position"),
        ([alert(1), alert(2, Kind.REAPPEARED_POSITION)], "2 open alerts of a lasting condition"),
        ([alert(1), alert(2, symbol="BTC/USDT:USDT")], "open without its condition"),
        ([alert(1), alert(2, Kind.SOURCE_DOWN, "rest")], "open without its condition: source_down of rest"),
        ([alert(state=AlertState.RECOVERING)], "called recovering while it lasts"),
    ],
)
def test_what_is_not_so_in_the_calm_is_found(alerts: list[Alert], said: str) -> None:
    assert any(line.startswith(said) for line in settled(alerts))


def test_what_a_bot_left_behind_must_be_told_and_what_it_did_not_must_not() -> None:
    told = alert(2, symbol=ADA)

    assert settled([alert(), told], {ADA: False}) == []
    assert settled([alert()], {ADA: True}) == []
    assert settled([alert()], {ADA: False}) == [f"{ADA}: the bot left something there, and nobody is told"]
    assert settled([alert(), told], {ADA: True}) == [
        f"open without its condition: orphaned_position of {ADA}"
    ]


def looked(*looks: tuple[Sequence[Alert], Sequence[Episode]]) -> list[str]:
    witness = Witness()
    for alerts, lasting in looks:
        witness.look(alerts, lasting)
    return witness.wrong


def test_an_alert_that_is_resolved_while_its_condition_lasts_is_found() -> None:
    gone = alert(state=AlertState.RESOLVED)

    assert looked(([], [LASTING]), ([alert()], [LASTING]), ([gone], [LASTING]))
    healed = replace(LASTING, over=True)
    assert not looked(([], [healed]), ([alert()], [healed]), ([gone], []))


def test_of_an_alert_that_was_open_before_its_condition_nothing_is_said() -> None:
    assert not looked(([alert()], [LASTING]), ([alert(state=AlertState.RESOLVED)], [LASTING]))


def test_a_leg_that_never_was_so_is_found() -> None:
    never = alert(kind=Kind.PHANTOM_POSITION)

    assert looked(([never], [LASTING])) == [f"told of a leg that never was so: phantom_position of {AVL}"]
    assert looked(([alert(symbol=CONTROL)], []))
    doubt = alert(kind=Kind.UNVERIFIED_OPEN, symbol=CONTROL)
    assert not looked(([doubt], [])), "a doubt is no lie while the venue is away"


def test_two_open_alerts_of_one_condition_are_found() -> None:
    assert looked(([alert(1), alert(2)], [LASTING]))


def judged(change: Callable[[AlertView], AlertView | None], *promises: Promise) -> list[str]:
    seen = alert(state=AlertState.ACKNOWLEDGED, acknowledgement=GIVEN)
    witness = Witness(promises=list(promises or (Promise(1, "ann", "I close it"),)))
    view = change(AlertView(seen, (FIRED, SEEN), ()))
    witness.judge({} if view is None else {1: view})
    assert witness.lost() == sum(line.startswith("lost") for line in witness.wrong)
    return witness.wrong


def test_a_promise_that_is_kept_is_left_alone() -> None:
    assert judged(lambda view: view) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda view: replace(view, transitions=(replace(FIRED, after=AlertState.ACKNOWLEDGED),)),
        lambda view: replace(view, transitions=(FIRED, replace(SEEN, actor="bob"))),
        lambda view: replace(view, transitions=(FIRED, replace(SEEN, reason=""))),
        lambda view: replace(view, alert=replace(view.alert, acknowledgement=None)),
        lambda view: replace(view, alert=replace(view.alert, acknowledgement=replace(GIVEN, by="bob"))),
    ],
)
def test_a_promise_that_is_lost_is_found(change: Callable[[AlertView], AlertView | None]) -> None:
    assert any(line.startswith("lost") for line in judged(change))


@pytest.mark.parametrize("action", ["worsened", "acknowledgement_expired"])
def test_an_acknowledgement_that_was_ended_for_a_reason_is_not_lost(action: str) -> None:
    ended = step(AlertState.ACKNOWLEDGED, AlertState.FIRING, action)

    def change(view: AlertView) -> AlertView:
        open_again = replace(view.alert, state=AlertState.FIRING, acknowledgement=None)
        return replace(view, alert=open_again, transitions=(FIRED, SEEN, ended))

    assert judged(change) == []


def test_a_hole_in_a_history_is_found() -> None:
    torn = replace(SEEN, before=AlertState.RECOVERING)

    assert judged(lambda view: replace(view, transitions=(FIRED, torn))) == [
        "the history of alert 1 has a hole"
    ]


def test_a_mismatch_told_as_an_orphan_is_not_told() -> None:
    lasting = Episode(2, AVL, MISMATCH)

    assert len(Witness().settled([alert()], [lasting], {})) == 2


def test_a_message_that_was_lost_or_came_too_often_is_found() -> None:
    over = alert(2, state=AlertState.RESOLVED)
    mailbox = Mailbox()
    assert mailbox.missing([alert(), over, alert(3, fired_at=None)]) == [
        "nobody was told of alert 1: orphaned_position of AVL/USDT:USDT",
        "nobody was told that alert 2 is over",
    ]
    mailbox.told.update([(1, "NEW"), (2, "NEW")])
    assert mailbox.missing([alert(), over]) == ["nobody was told that alert 2 is over"]
    mailbox.told.update([(2, "RESOLVED")])
    assert mailbox.missing([alert(), over]) == []

    witness = Witness()
    witness.judge_messages({(1, "NEW"): 2, (2, "WORSE"): 5}, Counter(kills=1))
    assert witness.wrong == []
    witness.judge_messages({(1, "NEW"): 3}, Counter(kills=1))
    assert witness.wrong == ["NEW of alert 1 came 3 times, after 1 deaths"]
