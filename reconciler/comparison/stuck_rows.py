"""Finds rows that wait in vain: for an entry that has ended, or for an exit of which none works; pure."""

from decimal import Decimal

from reconciler.comparison.at_work import Ended, Stuck, stuck
from reconciler.comparison.confidence import Confidence
from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.leg_clauses import LegClauses
from reconciler.comparison.legs import Share
from reconciler.comparison.proof import evidence_of
from reconciler.comparison.protection import StopState
from reconciler.facts.expectation import OrderRole
from reconciler.facts.finding import Evidence, Finding, Party, Severity
from reconciler.facts.wording import amount, clock, holding
from reconciler.kinds import stuck_closing, stuck_opening
from reconciler.kinds.form.spec import KindSpec
from verification.facts.observation import Source

_BECAME = {
    "canceled": "was cancelled",
    "expired": "has expired",
    "rejected": "was rejected",
    "closed": "has ended",
}
_GUARDED = frozenset({StopState.NOT_NEEDED, StopState.RESTING})


def stuck_entry(case: LegCase) -> tuple[Finding, Confidence] | None:
    """Return the finding that rows wait for entries that have ended; None where none does."""
    rows = _stuck(case, OrderRole.ENTRY)
    if not rows:
        return None
    first = rows[0]
    share = first.share
    wanted = share.row.direction.sign * sum((each.order.size for each in first.ended), Decimal(0))
    reason = stuck_opening.sentence(
        _name(share),
        what=_holding(case, wanted * share.factor),
        orders=_orders(case, first, "entry"),
    )
    return _finding(case, stuck_opening.SPEC, Severity.WARNING, reason, rows)


def stuck_exit(case: LegCase) -> tuple[Finding, Confidence] | None:
    """Return the finding that rows are closing without an exit that works; None where none is."""
    rows = _stuck(case, OrderRole.EXIT)
    if not rows:
        return None
    first = rows[0]
    left = first.share.expected or sum(
        (each.order.size * first.share.factor * first.share.row.direction.sign for each in first.ended),
        Decimal(0),
    )
    clauses = LegClauses(case)
    reason = stuck_closing.sentence(
        _name(first.share),
        what=_holding(case, left),
        orders=_orders(case, first, "exit"),
        held=clauses.held if case.observed else "",
        protected=clauses.protected,
    )
    severity = stuck_closing.SPEC.severity.where(otherwise=case.protection.state not in _GUARDED)
    return _finding(case, stuck_closing.SPEC, severity, reason, rows)


def _stuck(case: LegCase, role: OrderRole) -> list[Stuck]:
    if case.difference.verdict is LegVerdict.UNKNOWN:
        return []
    each = (stuck(share, role, case.book, case.facts) for share in case.belief.shares)
    return [row for row in each if row is not None]


def _finding(
    case: LegCase, spec: KindSpec, severity: Severity, reason: str, rows: list[Stuck]
) -> tuple[Finding, Confidence]:
    lines = tuple(_line(case, each) for row in rows for each in row.ended)
    newest, *others = evidence_of(case)
    finding = Finding(
        kind=spec.kind,
        account=case.key.account,
        symbol=case.key.symbol,
        leg=case.key.leg,
        severity=severity,
        reason=reason,
        expected=case.expected,
        observed=case.observed,
        exposure=case.value(case.observed or Decimal(0)),
        evidence=(newest, *lines, *others),
        contract_size=case.contract_size,
    )
    times = [row.since for row in rows]
    known = [at for at in times if at is not None]
    told = bool(known) and len(known) == len(times) and max(known) <= case.now
    return finding, Confidence(
        looked=case.view.orders_sent or case.view.read_at,
        grade=case.view.grade(case.key),
        quiet_since=max(known) if told else None,
        # Another order is another wait: one that is sent again and again is given its time each time.
        rows=frozenset((row.share.row.ledger, f"{row.share.row.row_id} {_ids(row)}") for row in rows),
    )


def _ids(row: Stuck) -> str:
    return " ".join(each.order.order_id or "" for each in row.ended)


def _name(share: Share) -> str:
    return f"ledger {share.row.ledger} trade {share.row.row_id}"


def _orders(case: LegCase, row: Stuck, what: str) -> str:
    if not row.ended:
        return f"has no {what} of it down as being at work"
    *_, last = row.ended
    told = f"its {what} {last.order.order_id} {_ended(case, last)}"
    more = len(row.ended) - 1
    if more:
        told += f", as {'has 1 other' if more == 1 else f'have {more} others'}"
    return told


def _ended(case: LegCase, ended: Ended) -> str:
    fact = ended.fact
    became = _BECAME.get(fact.status, "has ended")
    at = "" if fact.changed_at is None else f" at {clock(fact.changed_at)}"
    if fact.executed == 0:
        return f"{became}{at} with nothing executed"
    done = amount(fact.executed, case.key.symbol, case.contract_size)
    return f"{became}{at} with {done} executed, which it has booked"


def _line(case: LegCase, ended: Ended) -> Evidence:
    fact = ended.fact
    data = {"order": fact.ref.order_id, "status": fact.status, "executed": str(fact.executed)}
    text = f"{ended.order.role} {fact.ref.order_id} {_ended(case, ended)}"
    return Evidence(Party.EXCHANGE, Source.ORDER.value, text, fact.changed_at or fact.seen.utc, data)


def _holding(case: LegCase, contracts: Decimal) -> str:
    return holding(contracts, case.key.symbol, case.contract_size)
