"""Who did what, out of all tables that tell of it, newest first; and what no other table tells."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from reconciler.facts.act import Act
from reconciler.storage.decisions import ALERT, TRANSITION
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.health_rows import ActRow, ChannelTestRow
from reconciler.storage.maintenance import WINDOW
from reconciler.storage.replies import REPLY
from reconciler.storage.state_row import table
from reconciler.storage.tokens import TOKEN
from reconciler.views.audit import ActsWanted, ActView

ACT = table(ActRow)
TEST = table(ChannelTestRow)

TRUEUP = "trueup"
KEPT = timedelta(days=365)

_READ_AT_MOST = 5000
"""Rows of one table that are looked through for one page; what is older is asked for by its time."""

_Asked = Callable[[sa.Select[Any], sa.Column[Any]], sa.Select[Any]]


def add_act(connection: sa.Connection, act: Act) -> None:
    """Keep one thing that was done."""
    values = {
        "at": act.at,
        "actor": act.actor,
        "origin": act.origin,
        "action": act.action,
        "subject": act.subject,
        "note": act.note,
    }
    connection.execute(sa.insert(ACT).values(values))


def prune_acts(connection: sa.Connection, *, now: datetime) -> None:
    """Forget what was done long ago, and tests of channels."""
    connection.execute(sa.delete(ACT).where(ACT.c.at < now - KEPT))
    connection.execute(sa.delete(TEST).where(TEST.c.asked_at < now - KEPT))


def acts(
    connection: sa.Connection, wanted: ActsWanted, *, limit: int, only: Only = None
) -> tuple[ActView, ...]:
    """Return what was done, newest first, at most `limit`; `only`: what was done to these accounts."""

    def asked(query: sa.Select[Any], at: sa.Column[Any]) -> sa.Select[Any]:
        if wanted.since is not None:
            query = query.where(at >= wanted.since)
        if wanted.until is not None:
            query = query.where(at < wanted.until)
        return query.order_by(at.desc()).limit(_READ_AT_MOST)

    # What is of no account, such as tokens and settings, is of all of them.
    reads = (_said, _windows, _tokens, _tests, _refused, _others) if only is None else (_said, _windows)
    found = [
        act for read in reads for act in read(connection, asked, wanted, only) if _is_wanted(act, wanted)
    ]
    return tuple(sorted(found, key=lambda act: act.at, reverse=True)[:limit])


def _is_wanted(act: ActView, wanted: ActsWanted) -> bool:
    if wanted.since is not None and act.at < wanted.since:
        return False
    if wanted.until is not None and act.at >= wanted.until:
        return False
    if wanted.actors and act.actor not in wanted.actors:
        return False
    if wanted.actions and act.action not in wanted.actions:
        return False
    if wanted.account and act.account != wanted.account:
        return False
    told = f"{act.actor}\n{act.action}\n{act.subject}\n{act.kind}\n{act.account}\n{act.note}"
    return wanted.text.casefold() in told.casefold()


def _said(connection: sa.Connection, asked: _Asked, wanted: ActsWanted, only: Only) -> Iterator[ActView]:
    """Give what people said of alerts; and, where that is wanted, what Trueup did to them."""
    columns = [TRANSITION.c[name] for name in ("id", "alert_id", "at", "action", "actor", "origin", "reason")]
    named = [ALERT.c.kind, ALERT.c.account, ALERT.c.symbol]
    query = sa.select(*columns, *named).join(ALERT, ALERT.c.id == TRANSITION.c.alert_id)
    if not wanted.ours:
        query = query.where(TRANSITION.c.actor != TRUEUP)
    query = query.where(is_one_of(ALERT.c.account, only))
    if wanted.account:
        query = query.where(ALERT.c.account == wanted.account)
    for row in connection.execute(asked(query, TRANSITION.c.at)):
        yield ActView(
            at=row.at,
            actor=row.actor,
            origin=row.origin,
            action=row.action,
            subject=row.symbol,
            account=row.account,
            note=row.reason,
            kind=row.kind,
            alert_id=row.alert_id,
        )


def _windows(connection: sa.Connection, asked: _Asked, wanted: ActsWanted, only: Only) -> Iterator[ActView]:
    del wanted
    ours = sa.select(WINDOW).where(is_one_of(WINDOW.c.account, only))
    for row in connection.execute(asked(ours, WINDOW.c.at)):
        yield ActView(row.at, row.by, row.origin, "maintenance begun", row.account, row.account, row.note)
    ended = ours.where(WINDOW.c.ended_at.is_not(None))
    for row in connection.execute(asked(ended, WINDOW.c.ended_at)):
        yield ActView(row.ended_at, row.ended_by or "", "", "maintenance ended", row.account, row.account, "")


def _tokens(connection: sa.Connection, asked: _Asked, wanted: ActsWanted, only: Only) -> Iterator[ActView]:
    del wanted, only
    for row in connection.execute(asked(sa.select(TOKEN), TOKEN.c.created_at)):
        yield ActView(row.created_at, "", "cli", "token made", f"{row.name}, {row.role}", "", "")
    revoked = sa.select(TOKEN).where(TOKEN.c.revoked_at.is_not(None))
    for row in connection.execute(asked(revoked, TOKEN.c.revoked_at)):
        yield ActView(row.revoked_at, "", "cli", "token revoked", f"{row.name}, {row.role}", "", "")


def _tests(connection: sa.Connection, asked: _Asked, wanted: ActsWanted, only: Only) -> Iterator[ActView]:
    del wanted, only
    for row in connection.execute(asked(sa.select(TEST), TEST.c.asked_at)):
        told = "no answer" if row.answered_at is None else "taken" if row.taken else f"refused: {row.said}"
        yield ActView(row.asked_at, row.asked_by, "dashboard", "channel tried", row.channel, "", told)


def _refused(connection: sa.Connection, asked: _Asked, wanted: ActsWanted, only: Only) -> Iterator[ActView]:
    """Give the answers from phones that were refused; those that were taken stand in the alerts' history."""
    del wanted, only
    query = sa.select(REPLY).where(REPLY.c.taken.is_(sa.false()))
    for row in connection.execute(asked(query, REPLY.c.at)):
        yield ActView(row.at, row.by, row.channel, "answer refused", row.channel, "", row.told)


def _others(connection: sa.Connection, asked: _Asked, wanted: ActsWanted, only: Only) -> Iterator[ActView]:
    del wanted, only
    for row in connection.execute(asked(sa.select(ACT), ACT.c.at)):
        yield ActView(row.at, row.actor, row.origin, row.action, row.subject, "", row.note)
