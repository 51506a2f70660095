"""What happened around an alert, as the marks of its race: all that is kept of it and has a time. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from dashboard.look.colours import Tone
from dashboard.words import numbers as words
from dashboard.words.race import LANE_OF, Lane, Mark, Race, race_of
from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Evidence, Party, Severity
from reconciler.kinds.registry import is_blindness
from reconciler.views.alert import AlertView, TransitionView
from reconciler.views.alert_story import AlertStory, RecordedVerification
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Silence, Source
from verification.facts.question import OpenQuestion, Question
from verification.facts.verification import Verification

BEFORE = timedelta(minutes=10)
"""What was longer before an alert was suspected is not drawn: an old opening tells nothing of it."""
AFTER = timedelta(hours=1)
"""Nor what comes longer after it was told, but for its end."""

_CHANGES = {
    "found": ("suspected", True),
    "confirmed": ("needs you", False),
    "worsened": ("worse", False),
    "relapsed": ("not over after all", False),
    "clear": ("looks healed", True),
    "resolved": ("over", False),
    "vanished": ("was nothing", False),
    "retired": ("watched no more", False),
    "frozen": ("cannot be checked", True),
}
_BY_PERSONS = {
    "acknowledged": "takes it",
    "also_acknowledged": "takes it, too",
    "snoozed": "snoozes it",
    "intended": "means it to be there",
    "closed": "closes it",
}
_VERDICTS = {
    "partial": "confirmed in part",
    "mismatch": "went wrong",
    "unknown": "not known",
    "resting": "waits for its order",
}
_PARTS = {"conditional_orders": Lane.STOPS, "orders": Lane.ORDERS}
_LOOKS = 12
"""Looks in a row that found the same are drawn so often; a long story has thousands."""


def alert_race(found: AlertView, story: AlertStory) -> Race | None:
    """Return the race of an alert; None where nothing of it has a time."""
    alert = found.alert
    begin = alert.first_seen - BEFORE
    end = (alert.fired_at or alert.first_seen) + AFTER
    marks = [*_evidence(found), *_history(found), *_messages(found)]
    for recorded in _one_an_order(story):
        marks += verification_marks(recorded, alert.contract_size)
    ends = {mark for mark in marks if mark.lane is Lane.ALERT and mark.at == alert.resolved_at}
    return race_of(mark for mark in marks if begin <= mark.at <= end or mark in ends)


def verification_marks(recorded: RecordedVerification, size: Decimal | None) -> Iterator[Mark]:
    """Yield what one verification asked and saw, and its verdict; nothing where it cannot be read.

    Args:
        recorded: The verification.
        size: What one contract is, so that amounts are said of the coin; None if that is not known.
    """
    whole = recorded.verification
    if whole is None:
        return
    asked, by_bot = whole.question.asked.utc, recorded.view.asked_by == "bot"
    what = _asked(whole.question, size)
    yield Mark(Lane.ORDERS, asked, f"sends {what}") if by_bot else Mark(Lane.BOOKS, asked, f"claims {what}")
    for seen in whole.observations:
        yield from _seen(seen, size)
    yield _verdict(recorded, whole, size)


def _one_an_order(story: AlertStory) -> Iterator[RecordedVerification]:
    """Yield one verification an order: a bot's own, which saw it first, before Trueup's of the same."""
    known = set()
    for recorded in sorted(story.verifications, key=lambda each: (each.view.asked_by != "bot", each.view.id)):
        name = recorded.view.question, recorded.view.order_id or recorded.view.id
        if name not in known:
            known.add(name)
            yield recorded


def _asked(question: Question, size: Decimal | None) -> str:
    if isinstance(question, OpenQuestion):
        return f"{question.side.value} {_amount(question.quantity, size)}"
    return f"the close of {_held(question.position.quantity, size)}"


def _seen(seen: Observation, size: Decimal | None) -> Iterator[Mark]:
    came = seen.provenance
    lane, at = LANE_OF[came.source], came.received.utc
    if isinstance(seen, PositionSeen):
        yield Mark(lane, at, _held(seen.quantity, size))  # a zero that is said is a fact, not a silence
    elif isinstance(seen, OrderSeen):
        if seen.executed and came.exchange_at is not None:
            price = "" if seen.average_price is None else f" at {words.number(seen.average_price)}"
            side = "bought" if seen.executed > 0 else "sold"
            yield Mark(Lane.FILLS, came.exchange_at, f"{side} {_amount(seen.executed, size)}{price}")
        yield Mark(lane, at, _order(seen, size), hollow=not seen.executed)
    elif seen.silence is Silence.ABSENT:
        yield Mark(lane, at, "shows nothing", hollow=True)
    elif came.source is not Source.WEBSOCKET or seen.silence is not Silence.NOT_READY:
        yield Mark(lane, at, f"no answer: {seen.detail}", hollow=True)


def _order(seen: OrderSeen, size: Decimal | None) -> str:
    if seen.executed:
        return f"filled {_amount(seen.executed, size)}" + ("" if seen.terminal else " so far")
    return "ended, nothing filled" if seen.terminal else "order is there, nothing filled"


def _verdict(recorded: RecordedVerification, whole: Verification, size: Decimal | None) -> Mark:
    view, quantity = recorded.view, whole.verdict.quantity
    told = _VERDICTS.get(view.verdict, view.verdict)
    tone = {"confirmed": Tone.GOOD, "mismatch": Tone.CRITICAL}.get(view.verdict, Tone.WARNING)
    much = f", {_held(quantity, size)}" if quantity else ""
    by = "" if view.decided_by is None else f", by the {LANE_OF[view.decided_by].value.lower()}"
    at = view.asked_at + timedelta(milliseconds=view.milliseconds)
    return Mark(Lane.VERDICT, at, f"{view.question} {told}{much}{by}", tone)


def _history(found: AlertView) -> Iterator[Mark]:
    bad = Tone.CRITICAL if found.alert.severity is Severity.CRITICAL else Tone.WARNING
    for change in found.transitions:
        if change.action in _CHANGES:
            text, hollow = _CHANGES[change.action]
            tone = Tone.GOOD if change.after is AlertState.RESOLVED else bad
            at = found.alert.first_seen if change.before is None and hollow else change.at
            yield Mark(Lane.ALERT, at, text, tone, hollow)
        elif change.action in _BY_PERSONS:
            yield Mark(Lane.ALERT, change.at, f"{_name(change)} {_BY_PERSONS[change.action]}", Tone.SECOND)


def _messages(found: AlertView) -> Iterator[Mark]:
    for told in found.messages[:1]:
        yield Mark(Lane.ALERT, told.at, f"told by {words.shortened(told.channel)}", Tone.SECOND)


def _evidence(found: AlertView) -> Iterator[Mark]:
    """Yield what was read at each look that is kept, and since when it was so."""
    blind = is_blindness(found.alert.key.kind)
    looks = [change.evidence for change in found.transitions if change.evidence][:_LOOKS]
    # What is kept with the alert itself is renewed at every look: a drawing of it would never stand still.
    for evidence in looks or [found.alert.evidence]:
        for item in evidence:
            if item.at is not None and item.party is not Party.TRUEUP:
                yield from (_of_source(item, item.at) if blind else _of_leg(item, item.at))


def _of_source(item: Evidence, at: datetime) -> Iterator[Mark]:
    lane = Lane.BOOKS if item.party is Party.BOT else _lane(item)
    if lane is not None:
        yield Mark(lane, at, item.text)


def _of_leg(item: Evidence, at: datetime) -> Iterator[Mark]:
    changed = _time(item, "changed_at")
    if item.party is Party.BOT:
        opened = _time(item, "opened_at")
        row = item.data.get("row")
        if opened is not None and row is not None:
            yield Mark(Lane.BOOKS, opened, f"trade {words.shortened(row)} opened")
        # How a row is since its last change; without one, how it was when it was read.
        yield Mark(Lane.BOOKS, at if changed is None else changed, item.text)
        return
    if item.source == Source.ORDER.value:
        executed = item.data.get("contracts") or item.data.get("executed", "0")
        yield Mark(Lane.FILLS if executed not in {"0", ""} else Lane.ORDERS, at, _without_time(item.text))
        return
    lane = _lane(item)
    if lane is not None:
        nothing = "does not show" in item.text or "no stop rests" in item.text or "not rest" in item.text
        held = item.text.removeprefix("holds ")
        yield Mark(lane, at, "nothing held" if held == "nothing" else held, hollow=nothing)


def _lane(item: Evidence) -> Lane | None:
    if item.source in _PARTS:
        return _PARTS[item.source]
    try:
        return LANE_OF[Source(item.source)]
    except ValueError:
        return None


def _without_time(text: str) -> str:
    """Leave out the time at its end: the place of the mark says it, exactly."""
    before, separator, after = text.rpartition(" at ")
    return before if separator and after.endswith(" UTC") else text


def _time(item: Evidence, name: str) -> datetime | None:
    told = item.data.get(name)
    return None if told is None else datetime.fromisoformat(told)


def _name(change: TransitionView) -> str:
    return words.shortened(change.actor)


def _held(signed: Decimal, size: Decimal | None) -> str:
    if not signed:
        return "nothing held"
    return f"{'long' if signed > 0 else 'short'} {_amount(signed, size)}"


def _amount(signed: Decimal, size: Decimal | None) -> str:
    return words.number(abs(signed) if size is None else abs(signed) * size)
