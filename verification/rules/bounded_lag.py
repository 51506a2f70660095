"""Verdicts that assume a bound on the lag: always labelled, never used for a trade.

The bound: a fact that one source has shown is shown by every healthy source within `LAG_BOUND_SECONDS`. A
close needs three complete position lists without the leg, spaced over at least the bound and each sent after
the exit was seen to execute; an open needs two independent sources whose last words are exactly the expected
quantity, the position list asked so late that it cannot speak of a time before the question.
"""

from collections.abc import Iterable

from verification.facts.observation import Observation, PositionSeen, Source
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion
from verification.rules.evidence import Evidence

LAG_BOUND_SECONDS = 5.0
ABSENCES_NEEDED = 3


def opened_by_lag(question: OpenQuestion, evidence: Evidence) -> tuple[Observation, ...]:
    """Return the two rows of independent sources that show the open's outcome; empty if there are not two.

    The bot's own cache is fed by the same stream, so it is independent of the position list only.
    """
    if question.baseline is None or not question.exclusive:
        return ()
    if evidence.ends:
        return ()  # it ended, as far as anybody knows with nothing executed: its trades will tell
    if question.baseline.quantity * question.side.sign < 0:
        return ()  # a liquidation takes a leg to zero as well
    target = question.baseline.quantity + question.side.sign * question.quantity
    since = question.asked.monotonic
    last = _last_words(
        row
        for row in evidence.rows
        if row.provenance.received.monotonic >= since and not _known_old(row, question.baseline)
    )
    listed = last.get(Source.REST, [])
    pushed = last.get(Source.WEBSOCKET) or last.get(Source.BOT_CACHE, [])
    if not listed or not pushed or any(row.quantity != target for row in (*listed, *pushed)):
        return ()
    if question.baseline.version is not None and any(row.version is not None for row in (*listed, *pushed)):
        return ()  # it would have proved the open, were it not that words on its very version differ
    late = [row for row in listed if _sent(row) >= since + LAG_BOUND_SECONDS]
    if not late:
        return ()  # they may still show what the leg held before the question
    first, second = sorted((late[-1], pushed[-1]), key=lambda row: row.provenance.received.monotonic)
    return (first, second)


def _last_words(rows: Iterable[PositionSeen]) -> dict[Source, list[PositionSeen]]:
    """Return what each source said last: all of that instant, for nothing tells which of it is the later."""
    last: dict[Source, list[PositionSeen]] = {}
    for row in rows:
        words = last.setdefault(row.provenance.source, [])
        if words and words[-1].provenance.received.monotonic != row.provenance.received.monotonic:
            words.clear()
        words.append(row)
    return last


def _sent(row: PositionSeen) -> float:
    """Return when a row was asked for; before all time if nobody says."""
    sent = row.provenance.sent
    return float("-inf") if sent is None else sent.monotonic


def closed_by_lag(question: CloseQuestion, evidence: Evidence) -> tuple[Observation, ...]:
    """Return the exit's execution, its end and the lists without the leg; empty if they do not suffice."""
    exit_order, end = evidence.most_executed, evidence.ended
    if exit_order is None or end is None:
        return ()
    if question.position.quantity + exit_order.executed != 0:
        return ()
    if any(each.trades_agree is True and each.executed != exit_order.executed for each in evidence.ends):
        return ()  # an end that its trades bear out says less than the status that this would rest on
    contrary = [
        row.provenance.received.monotonic
        for row in evidence.rows
        if row.quantity != 0 and not _known_old(row, question.position)
    ]
    since = max([exit_order.provenance.received.monotonic, *contrary])
    lists = [(sent.monotonic, gone) for gone in evidence.absences if (sent := gone.provenance.sent)]
    lists = [(sent, gone) for sent, gone in lists if sent >= since]
    if len(lists) < ABSENCES_NEEDED or lists[-1][0] - lists[0][0] < LAG_BOUND_SECONDS:
        return ()
    orders = (exit_order,) if end == exit_order else (exit_order, end)
    return (*orders, *(gone for _, gone in lists))


def _known_old(row: PositionSeen, known: Baseline) -> bool:
    """True if the venue's own order of facts says that the row is no news."""
    return row.version is not None and known.version is not None and row.version <= known.version
