"""What is attested of one day, from what is stored of it; what is not known is never well. Pure."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.wording import told
from reconciler.facts.attribution import EXPLAINED, OPEN, By
from reconciler.record.attestation.coverage import coverage, share_of
from reconciler.record.attestation.facts import AccountFacts, Counted, DayFacts
from reconciler.record.unprotected import DayPart
from reconciler.views.attestation import AccountDay, Attestation, Break, ExplainedDay, UnprotectedDay

_NAMED = 3


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins and ends, aware UTC. What happens at the end belongs to the next day."""
    begins = datetime.combine(day, datetime.min.time(), UTC)
    return begins, begins + timedelta(days=1)


def statement(facts: DayFacts, *, version: str, group: str = "", only: bool = False) -> Attestation:
    """Return the statement of a day that has begun.

    Args:
        facts: What is stored of it.
        version: Of the Trueup that makes it.
        group: Of which group of accounts the facts are; empty for all accounts.
        only: True where the facts are of the accounts alone that whoever asks may see.

    Raises:
        ValueError: The day has not begun.
    """
    begins, ends = bounds(facts.day)
    if facts.read_at < begins:
        raise ValueError(f"{facts.day} has not begun: there is nothing to say of it")
    until = min(ends, facts.read_at)
    parts = sorted(facts.accounts, key=lambda each: (each.group, each.account))
    breaks = [_break(alert, begins, until) for alert in facts.alerts if _is_of(alert, begins, ends)]
    return Attestation(
        day=facts.day,
        since=begins,
        until=until,
        over=facts.read_at >= ends,
        made_at=facts.read_at,
        version=version,
        group=group,
        only=only,
        accounts=tuple(_account(each, begins, until) for each in parts),
        breaks=tuple(sorted(breaks, key=lambda each: (each.fired_at, each.id))),
        words=tuple(sorted(facts.words, key=lambda word: (word.at, word.alert))),
        work=tuple(facts.work),
        processes=tuple(facts.processes),
        forgotten=tuple(_forgotten(facts, begins)),
        unreadable=tuple(facts.unreadable),
    )


def _is_of(alert: Alert, begins: datetime, ends: datetime) -> bool:
    """Return whether an alert that fired was open on the day; one that ended as it began was not."""
    if alert.fired_at is None or alert.fired_at >= ends:
        return False
    return alert.resolved_at is None or alert.resolved_at > begins or alert.fired_at >= begins


def _break(alert: Alert, begins: datetime, until: datetime) -> Break:
    fired = alert.fired_at
    assert fired is not None
    upto = until if alert.resolved_at is None else min(alert.resolved_at, until)
    key = alert.key
    return Break(
        id=alert.id,
        kind=key.kind.value,
        title=told(alert).title,
        account=key.account,
        symbol=key.symbol,
        leg=key.leg.value,
        severity=alert.severity.value,
        reason=alert.reason,
        exposure=alert.exposure,
        fired_at=fired,
        ended_at=alert.resolved_at,
        ended="open" if alert.state.open else alert.state.value,
        because=_because(alert),
        seconds=max(0.0, (upto - max(fired, begins)).total_seconds()),
        before=fired < begins,
        open_at_end=alert.resolved_at is None or alert.resolved_at >= until,
    )


def _because(alert: Alert) -> str:
    if alert.state is AlertState.CLOSED:
        return f"closed by {alert.closed_by}: {alert.closed_because}"
    return alert.retired if alert.state is AlertState.RETIRED else ""


def _account(facts: AccountFacts, begins: datetime, until: datetime) -> AccountDay:
    return AccountDay(
        account=facts.account,
        group=facts.group,
        coverage=coverage(facts.seen, begins, until),
        sweeps=facts.sweeps,
        explained=_explained(facts.counted, begins, until),
        unprotected=_unprotected(facts.unprotected),
    )


def _explained(counted: Counted, begins: datetime, until: datetime) -> ExplainedDay:
    known = sum(count for by, count in counted.counts.items() if by in EXPLAINED)
    not_known = sum(count for by, count in counted.counts.items() if by in OPEN)
    since = None if counted.since is None else max(counted.since, counted.kept_from, begins)
    upto = None if counted.until is None else min(counted.until, until)
    if since is None or upto is None or since >= upto:
        since = upto = None
    return ExplainedDay(
        explained=known,
        unexplained=not_known,
        waiting=counted.counts.get(By.WAITING, 0),
        share=share_of(float(known), float(known + not_known)),
        counts={by.value: count for by, count in counted.counts.items()},
        counted_from=since,
        counted_until=upto,
    )


def _unprotected(part: DayPart | None) -> UnprotectedDay | None:
    if part is None:
        return None
    worth = part.dollar_seconds.quantize(Decimal("0.01"))
    return UnprotectedDay(worth, round(part.exposed, 3), round(part.seen, 3))


def _forgotten(facts: DayFacts, begins: datetime) -> list[str]:
    found = []
    if not facts.alerts_whole:
        found.append("Alerts that ended on this day may have been forgotten since: there may have been more.")
    if begins < facts.sources_kept_from:
        found.append("How sources fared, and what stood without a stop, is not kept for this day any more.")
    cut = [
        each.account
        for each in facts.accounts
        if each.counted.since is not None and each.counted.kept_from > begins
    ]
    if cut:
        found.append(
            "Changes are kept for a week, the newest of them: the first of this day, or all, are missing "
            f"of {_named(cut)}."
        )
    cut = [each.account for each in facts.accounts if each.sweeps.kept_from is not None]
    if cut:
        found.append(f"Not all sweeps of this day are kept: the first are missing of {_named(cut)}.")
    return found


def _named(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
