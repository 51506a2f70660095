"""What is stored of one day, as a statement of it is made from: one read transaction, each table once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from reconciler.alerts.alert import Alert
from reconciler.facts.attribution import By
from reconciler.facts.heartbeat import WatchView
from reconciler.record.attestation.coverage import UNWATCHED, Seen, Spell
from reconciler.record.attestation.facts import AccountFacts, Counted, DayFacts
from reconciler.record.attestation.statement import bounds
from reconciler.record.unprotected import DayPart
from reconciler.storage import changes, process_states, source_changes, unprotected
from reconciler.storage.acts import TRUEUP
from reconciler.storage.decisions import ALERT, IS_OPEN, TRANSITION
from reconciler.storage.looked import Looked
from reconciler.storage.maintenance import WINDOW
from reconciler.storage.mapping import alert_of
from reconciler.storage.readable import readable
from reconciler.storage.records import CYCLE, SOURCE
from reconciler.views.attestation import Process, Sweeps, Word, Work

_NEVER = Looked()
_SPELL = source_changes.CHANGE


def day_facts(
    connection: sa.Connection,
    day: date,
    *,
    watched: Collection[tuple[WatchView, Looked]],
    now: datetime,
    group: str = "",
    only: Collection[str] | None = None,
) -> DayFacts:
    """Return what is stored of a day.

    Args:
        connection: Of a read transaction.
        day: Which, UTC.
        watched: Who watches what, and when that was last looked at.
        now: Aware UTC.
        group: Of which group of accounts; empty for all accounts.
        only: Of these accounts alone; None for all of them.
    """
    begins, ends = bounds(day)
    until = min(ends, now)
    groups = {watch.account: watch.group for watch, _ in watched}
    spells, gone, last_known = _spells(connection, begins, until)
    parts = _parts(connection, day)
    alerts, unread = _alerts(connection, begins, ends)
    names = {*groups, *spells, *parts, *(alert.key.account for alert in alerts)}
    if group:
        names = {name for name in names if groups.get(name) == group}
    if only is not None:
        names &= set(only)
    beats = {watch.account: watch.heartbeat.at for watch, _ in watched if watch.heartbeat.at is not None}
    looked = {watch.account: each for watch, each in watched}
    sweeps, counted = _sweeps(connection, begins, until), _changes(connection, begins, until, now)
    accounts = []
    for name in sorted(names):
        part, sweep = parts.get(name), looked.get(name, _NEVER).sweep
        known = beats.get(name, _latest(last_known.get(name), part))
        seen = Seen(
            spells.get(name, {}),
            gone.get(name, frozenset()),
            None if known is None else min(known, now),
            part,
            None if sweep is None else sweep[0],
        )
        kept = sweeps.get(name, Sweeps(0, 0, 0, None, None))
        none = Counted(None, None, {}, begins)
        accounts.append(AccountFacts(name, groups.get(name, ""), seen, kept, counted.get(name, none), part))
    whole = not group and only is None
    return DayFacts(
        day=day,
        read_at=now,
        accounts=tuple(accounts),
        alerts=tuple(alert for alert in alerts if alert.key.account in names),
        words=_words(connection, begins, until, names),
        work=_work(connection, begins, until, names),
        processes=_processes(connection) if only is None else (),
        alerts_whole=_alerts_whole(connection, begins),
        sources_kept_from=now - min(source_changes.KEPT, unprotected.KEPT),
        unreadable=tuple(unread) if whole else _counted_only(unread),
    )


def _counted_only(lines: Collection[str]) -> tuple[str, ...]:
    """Return how many rows cannot be read, where it is not known whose they are."""
    if not lines:
        return ()
    return (f"{len(lines)} stored alerts cannot be read; of which accounts is not known.",)


def _latest(at: datetime | None, part: DayPart | None) -> datetime | None:
    known = [each for each in (at, None if part is None else part.until) if each is not None]
    return max(known, default=None)


def _spells(
    connection: sa.Connection, begins: datetime, until: datetime
) -> tuple[Mapping[str, Mapping[str, list[Spell]]], Mapping[str, frozenset[str]], Mapping[str, datetime]]:
    """Return the states of sources by account, those that are watched no more, and the last known of each."""
    named = (_SPELL.c.account, _SPELL.c.source)
    before = sa.select(*named, sa.func.max(_SPELL.c.at).label("at")).where(_SPELL.c.at <= begins)
    first = before.group_by(*named).subquery()
    newest = sa.select(*named, sa.func.max(_SPELL.c.at).label("at")).group_by(*named).subquery()
    spells: dict[str, dict[str, list[Spell]]] = defaultdict(lambda: defaultdict(list))
    within = sa.select(_SPELL).where(_SPELL.c.at > begins, _SPELL.c.at <= until).order_by(_SPELL.c.at)
    for query in (_rows_of(first), within):
        for row in connection.execute(query):
            spells[row.account][row.source].append((row.at, row.state))
    last_known: dict[str, datetime] = {}
    unwatched: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for row in connection.execute(_rows_of(newest)):
        last_known[row.account] = max(row.at, last_known.get(row.account, row.at))
        if row.state == UNWATCHED:
            unwatched[row.account].append((row.source, row.at))
    there = {
        (row.account, row.source) for row in connection.execute(sa.select(SOURCE.c.account, SOURCE.c.source))
    }
    gone = {
        account: frozenset(
            source for source, at in found if (account, source) not in there and at < last_known[account]
        )
        for account, found in unwatched.items()
    }
    return spells, gone, last_known


def _rows_of(found: sa.Subquery) -> sa.Select[Any]:
    same = (
        (_SPELL.c.account == found.c.account)
        & (_SPELL.c.source == found.c.source)
        & (_SPELL.c.at == found.c.at)
    )
    return sa.select(_SPELL).join(found, same)


def _parts(connection: sa.Connection, day: date) -> Mapping[str, DayPart]:
    table = unprotected.DAY
    rows = connection.execute(sa.select(table).where(table.c.day == day.isoformat()))
    return {row.account: unprotected.part_of(row) for row in rows}


def _alerts(connection: sa.Connection, begins: datetime, ends: datetime) -> tuple[list[Alert], list[str]]:
    over = ALERT.c.resolved_at.is_(None) | (ALERT.c.resolved_at >= begins)
    query = sa.select(ALERT).where(ALERT.c.fired_at < ends, over).order_by(ALERT.c.id)
    return readable(connection, query, ALERT, alert_of)


def _alerts_whole(connection: sa.Connection, begins: datetime) -> bool:
    """Return whether no alert that ended on the day or later was forgotten, as far as the rows can show.

    The oldest are forgotten first, by when they ended: where an older one is kept, or every number that was
    ever given, none of the day was.
    """
    over = ~IS_OPEN
    oldest = connection.execute(sa.select(sa.func.min(ALERT.c.resolved_at)).where(over)).scalar()
    if oldest is not None and oldest < begins:
        return True
    many, highest = connection.execute(sa.select(sa.func.count(), sa.func.max(ALERT.c.id))).one()
    return int(many) == int(highest or 0)


def _words(
    connection: sa.Connection, begins: datetime, until: datetime, names: Collection[str]
) -> tuple[Word, ...]:
    columns = [TRANSITION.c[name] for name in ("alert_id", "at", "action", "actor", "origin", "reason")]
    query = (
        sa.select(*columns, ALERT.c.kind, ALERT.c.account, ALERT.c.symbol)
        .join(ALERT, ALERT.c.id == TRANSITION.c.alert_id)
        .where(TRANSITION.c.actor != TRUEUP, TRANSITION.c.at >= begins, TRANSITION.c.at < until)
        .order_by(TRANSITION.c.at, TRANSITION.c.id)
    )
    return tuple(
        Word(
            at=row.at,
            by=row.actor,
            origin=row.origin,
            said=row.action,
            alert=row.alert_id,
            account=row.account,
            kind=row.kind,
            symbol=row.symbol,
            note=row.reason,
        )
        for row in connection.execute(query)
        if row.account in names
    )


def _work(
    connection: sa.Connection, begins: datetime, until: datetime, names: Collection[str]
) -> tuple[Work, ...]:
    ended = sa.func.coalesce(WINDOW.c.ended_at, WINDOW.c.until)
    query = sa.select(WINDOW).where(WINDOW.c.at < until, ended > begins).order_by(WINDOW.c.at, WINDOW.c.id)
    return tuple(
        Work(row.account, row.at, row.ended_at or row.until, row.by, row.note)
        for row in connection.execute(query)
        if row.account in names
    )


def _sweeps(connection: sa.Connection, begins: datetime, until: datetime) -> Mapping[str, Sweeps]:
    oldest = sa.select(CYCLE.c.account, sa.func.min(CYCLE.c.finished_at)).group_by(CYCLE.c.account)
    kept: dict[str, datetime] = {row[0]: row[1] for row in connection.execute(oldest)}
    of_day = (CYCLE.c.finished_at >= begins) & (CYCLE.c.finished_at < until)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    last: dict[str, datetime] = {}
    query = sa.select(CYCLE.c.account, CYCLE.c.status, sa.func.count(), sa.func.max(CYCLE.c.finished_at))
    for account, status, many, newest in connection.execute(
        query.where(of_day).group_by(CYCLE.c.account, CYCLE.c.status)
    ):
        counts[account][status] = int(many)
        if status == "complete":
            last[account] = newest
    found = {}
    for account, since in kept.items():
        many = counts.get(account, {})
        blind = sum(number for status, number in many.items() if status not in {"complete", "partial"})
        from_then = None if since <= begins else since
        found[account] = Sweeps(
            many.get("complete", 0), many.get("partial", 0), blind, from_then, last.get(account)
        )
    return found


def _changes(
    connection: sa.Connection, begins: datetime, until: datetime, now: datetime
) -> Mapping[str, Counted]:
    change, mark = changes.CHANGE, changes.MARK
    counts: dict[str, dict[By, int]] = defaultdict(dict)
    of_day = (change.c.at >= begins) & (change.c.at < until)
    query = sa.select(change.c.account, change.c.by, sa.func.count()).where(of_day)
    for account, by, many in connection.execute(query.group_by(change.c.account, change.c.by)):
        counts[account][By(by)] = int(many)
    every = sa.select(change.c.account, sa.func.count(), sa.func.min(change.c.at)).group_by(change.c.account)
    full = {row[0]: row[2] for row in connection.execute(every) if row[1] >= changes.MOST}
    old = now - changes.KEPT
    return {
        row.account: Counted(row.since, row.until, counts.get(row.account, {}), full.get(row.account, old))
        for row in connection.execute(sa.select(mark).where(mark.c.symbol == ""))
    }


def _processes(connection: sa.Connection) -> tuple[Process, ...]:
    told, _ = process_states.processes(connection)
    return tuple(Process(each.process, each.at, each.started_at, each.versions) for each in told)
