"""The observations that bear on one question, sorted into the few facts that the rules ask for."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeGuard

from msgspec import Struct

from verification.facts.observation import Observation, OrderSeen, PositionSeen, Silence, Source, SourceSilent
from verification.facts.order_identity import is_of
from verification.facts.question import CloseQuestion, Question

_LONG_AGO = float("-inf")


class Evidence(Struct, frozen=True):
    """What is known that bears on a question.

    Attributes:
        most_executed: The order observation with the most executed (first to say so); None if none executed.
        ended: An observation that the order can never execute again and that does not fall short of
            `most_executed`, one whose trades agree if there is one; None if there is none.
        ended_empty: An observation that the order ended with nothing executed, its trades agreeing; None if
            there is none, or if any observation shows an execution.
        ends: Every observation that the order can never execute again, whatever it says of executions.
        rows: Position observations of the leg by any source, in order of arrival.
        absences: Complete position lists without the leg, by the time they were sent, one per request; of a
            close only, for an open nothing follows from them.
    """

    most_executed: OrderSeen | None
    ended: OrderSeen | None
    ended_empty: OrderSeen | None
    ends: tuple[OrderSeen, ...]
    rows: tuple[PositionSeen, ...]
    absences: tuple[SourceSilent, ...]

    @property
    def ended_surely(self) -> bool:
        """True when the order ended and its trades bear out what it executed: a status alone can lie."""
        return self.ended is not None and self.ended.trades_agree is True

    def rows_after(self, version: int | None) -> tuple[PositionSeen, ...]:
        """Return the rows with a version above `version`, oldest first.

        A row without a version, or a baseline without one, cannot be ordered: it is never "newer". Rows of
        one version are in the order in which they came; where the last words of two sources on it differ,
        nothing says which is right, and neither is among them.
        """
        if version is None:
            return ()
        newer = [row for row in self.rows if row.version is not None and row.version > version]
        if len(newer) > 1:
            newer.sort(key=lambda row: row.version or 0)
            disputed = _disputed(newer)
            newer = [row for row in newer if row.version not in disputed] if disputed else newer
        return tuple(newer)

    def held_after(self, row: PositionSeen) -> bool:
        """Return True if anybody showed the leg to hold something at a newer version than that of `row`."""
        known = row.version
        return known is not None and any(
            each.quantity != 0 and each.version is not None and each.version > known for each in self.rows
        )


def gather(question: Question, observations: Sequence[Observation]) -> Evidence:
    """Pick what bears on `question` out of `observations`, whatever their order."""
    orders: list[OrderSeen] = []
    rows: list[PositionSeen] = []
    absences: dict[float, SourceSilent] = {}
    key = question.key
    mine: list[Observation] = []
    of_a_close, in_order, last = isinstance(question, CloseQuestion), True, _LONG_AGO
    for each in observations:
        if each.key != key:
            continue
        if isinstance(each, SourceSilent) and not (of_a_close and _tells_of_absence(each)):
            continue
        mine.append(each)
        at = each.provenance.received.monotonic
        in_order, last = in_order and last < at, at
    for seen in mine if in_order else _sorted(mine):
        if isinstance(seen, PositionSeen):
            rows.append(seen)
        elif isinstance(seen, OrderSeen):
            if is_of(question, seen):
                orders.append(seen)
        elif (sent := seen.provenance.sent) is not None:
            absences.setdefault(sent.monotonic, seen)
    gone = tuple(absences[sent] for sent in sorted(absences)) if absences else ()
    if not orders:
        return Evidence(None, None, None, (), tuple(rows), gone)
    executed = [order for order in orders if order.executed != 0]
    most = max(executed, key=lambda order: abs(order.executed), default=None)
    ends = [order for order in orders if order.terminal and most and order.executed == most.executed]
    ended = min(ends, key=lambda order: order.trades_agree is not True, default=None)
    empty = next((o for o in orders if o.terminal and o.executed == 0 and o.trades_agree is True), None)
    return Evidence(
        most_executed=most,
        ended=ended,
        ended_empty=empty if most is None else None,
        ends=tuple(order for order in orders if order.terminal),
        rows=tuple(rows),
        absences=gone,
    )


def bears(question: Question, seen: Observation) -> bool:
    """False of what adds nothing: of all silences only a list without the leg does, and only to a close."""
    return not isinstance(seen, SourceSilent) or (
        isinstance(question, CloseQuestion) and _tells_of_absence(seen)
    )


def is_doubtful_end(seen: Observation, question: Question) -> TypeGuard[OrderSeen]:
    """True of a push that the order has ended with less than all of it: only its trades bear that out."""
    if not isinstance(seen, OrderSeen) or seen.provenance.source is not Source.WEBSOCKET:
        return False
    whole = question.position.quantity if isinstance(question, CloseQuestion) else question.quantity
    return seen.terminal and abs(seen.executed) < abs(whole) and is_of(question, seen)


def came_first(one: Observation, other: Observation) -> bool:
    """True if `one` arrived before `other`; on a tie the order of `Source` decides."""
    return _arrival(one) < _arrival(other)


def _disputed(rows: Sequence[PositionSeen]) -> set[int | None]:
    """Return the versions on which the last words of two sources differ; rows in the order they came.

    What one source says in one instant are all its last words: nothing tells which of them is the later.
    """
    if len({row.version for row in rows}) == len(rows):
        return set()
    last: dict[tuple[int | None, Source], tuple[float, set[Decimal]]] = {}
    for row in rows:
        place, at = (row.version, row.provenance.source), row.provenance.received.monotonic
        before = last.get(place)
        if before is not None and before[0] == at:
            before[1].add(row.quantity)
        else:
            last[place] = (at, {row.quantity})
    said: dict[int | None, set[Decimal]] = {}
    for (version, _), (_, quantities) in last.items():
        said.setdefault(version, set()).update(quantities)
    return {version for version, quantities in said.items() if len(quantities) > 1}


def _tells_of_absence(seen: SourceSilent) -> bool:
    return seen.silence is Silence.ABSENT and seen.complete and seen.provenance.source is Source.REST


def _arrival(seen: Observation) -> tuple[float, int]:
    came = seen.provenance
    return came.received.monotonic, _PRIORITY[came.source]


def _sorted(observations: list[Observation]) -> list[Observation]:
    """Sort by arrival; only where several arrived at once their words are needed, which take time to say."""
    distinct = {_arrival(each) for each in observations}
    return sorted(observations, key=_arrival if len(observations) == len(distinct) else _total)


def _total(seen: Observation) -> tuple[float, int, str]:
    # What arrived in the same instant from the same source is ordered by what it says: never by chance.
    return (*_arrival(seen), _words(seen))


def _words(seen: Observation) -> str:
    return f"{_said(seen)} {seen.provenance.exchange_at} {seen.provenance.sent}"


def _said(seen: Observation) -> tuple[object, ...]:
    match seen:
        case OrderSeen():
            return (seen.order_id, seen.executed, seen.terminal, seen.trades_agree, seen.status)
        case PositionSeen():
            return (seen.version, seen.quantity)
        case SourceSilent():
            return (seen.silence, seen.complete, seen.detail)


_PRIORITY = {source: place for place, source in enumerate(Source)}
