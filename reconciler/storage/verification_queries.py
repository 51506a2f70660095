"""What is read of verifications: those that were looked for, the race of one, and who decided them."""

from collections import Counter
from datetime import datetime

import sqlalchemy as sa

from reconciler.record.race import race_of
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.mapping import verification_of
from reconciler.storage.readable import readable
from reconciler.storage.records import VERIFICATION
from reconciler.views.availability import DecidedView
from reconciler.views.verification import FoundVerifications, RaceView, VerificationsWanted
from verification.facts.observation import Source
from verification.rules.working_order import RESTING

_SHOWN = [column for column in VERIFICATION.c if column.name != "evidence"]


def found(
    connection: sa.Connection, wanted: VerificationsWanted, *, limit: int, offset: int, only: Only = None
) -> FoundVerifications:
    """Return a page of the verifications that are wanted, and how many there are of each verdict."""
    ours = is_one_of(VERIFICATION.c.account, only)
    narrowed = _narrowed(wanted) & ours
    counted = sa.select(VERIFICATION.c.verdict, sa.func.count()).where(narrowed)
    counts = {
        verdict: int(count) for verdict, count in connection.execute(counted.group_by(VERIFICATION.c.verdict))
    }
    query = sa.select(*_SHOWN).where(narrowed)
    if wanted.verdicts:
        query = query.where(VERIFICATION.c.verdict.in_(list(wanted.verdicts)))
    query = query.order_by(VERIFICATION.c.asked_at.desc(), VERIFICATION.c.id.desc())
    page, unread = readable(connection, query.limit(limit).offset(offset), VERIFICATION, verification_of)
    oldest = connection.execute(sa.select(sa.func.min(VERIFICATION.c.asked_at)).where(ours)).scalar()
    return FoundVerifications(tuple(page), counts, oldest, tuple(unread))


def race(connection: sa.Connection, number: int, only: Only = None) -> RaceView | None:
    """Return one verification with what each source said when; None where there is none."""
    ours = is_one_of(VERIFICATION.c.account, only)
    row = connection.execute(sa.select(VERIFICATION).where(VERIFICATION.c.id == number, ours)).one_or_none()
    return None if row is None else race_of(verification_of(row), row.evidence)


def decided(connection: sa.Connection, *, since: datetime, only: Only = None) -> tuple[DecidedView, ...]:
    """Return which source decided how many verifications; those that wait for an order are not counted."""
    query = (
        sa.select(VERIFICATION.c.account, VERIFICATION.c.decided_by, sa.func.count().label("number"))
        .where(VERIFICATION.c.asked_at >= since, VERIFICATION.c.verdict != RESTING)
        .where(is_one_of(VERIFICATION.c.account, only))
        .group_by(VERIFICATION.c.account, VERIFICATION.c.decided_by)
    )
    counts: Counter[tuple[str, Source | None]] = Counter()
    for row in connection.execute(query):
        counts[row.account, None if row.decided_by is None else Source(row.decided_by)] += int(row.number)
    order = [*Source, None]
    return tuple(
        DecidedView(account, source, counts[account, source])
        for account, source in sorted(counts, key=lambda each: (each[0], order.index(each[1])))
    )


def _narrowed(wanted: VerificationsWanted) -> sa.ColumnElement[bool]:
    """Return what all but the wanted verdicts ask for."""
    asked: list[sa.ColumnElement[bool]] = [sa.true()]
    if wanted.since is not None:
        asked.append(VERIFICATION.c.asked_at >= wanted.since)
    for column, value in (("account", wanted.account), ("question", wanted.question)):
        if value:
            asked.append(VERIFICATION.c[column] == value)
    if wanted.asked_by:
        asked.append(VERIFICATION.c.asked_by == wanted.asked_by)
    if wanted.text:
        named = (VERIFICATION.c.symbol, VERIFICATION.c.order_id, VERIFICATION.c.reason)
        asked.append(sa.or_(*(each.icontains(wanted.text, autoescape=True) for each in named)))
    return sa.and_(*asked)
