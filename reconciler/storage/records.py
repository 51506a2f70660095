"""What the reconciler writes as it goes: sweeps, positions, sources, verifications.

Each function takes the connection of a write transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from reconciler.storage.mapping import (
    Values,
    cycle_values,
    position_values,
    verification_of,
    verification_values,
)
from reconciler.storage.ready import Ready
from reconciler.storage.rows import (
    CycleRow,
    JournalCursorRow,
    PositionStateRow,
    SourceStateRow,
    VerificationRow,
    table,
)
from reconciler.storage.source_changes import note_changes
from reconciler.storage.upsert import insert_of, put
from reconciler.views.account import CycleView, PositionView, SourceView
from reconciler.views.verification import VerificationView
from verification.facts.leg import LegKey
from verification.rules.working_order import RESTING

CURSOR = table(JournalCursorRow)
CYCLE = table(CycleRow)
POSITION = table(PositionStateRow)
SOURCE = table(SourceStateRow)
VERIFICATION = table(VerificationRow)

_PLACE = Ready(sa.insert(POSITION))

_UNDECIDED = ("unknown", RESTING)

_ASKED = ("account", "symbol", "leg", "question", "asked_by", "order_id", "asked_at")
"""By what a verification is the same one."""

_SAME = Ready(
    sa.select(VERIFICATION.c.id).where(*(VERIFICATION.c[name] == sa.bindparam(name) for name in _ASKED))
)

# Kept, as all that is asked of every open: to put a question together costs more than its answer.
_SINCE = (
    sa.select(VERIFICATION)
    .where(
        VERIFICATION.c.account == sa.bindparam("account"),
        VERIFICATION.c.asked_at >= sa.bindparam("since"),
        VERIFICATION.c.id > sa.bindparam("after"),
    )
    .order_by(VERIFICATION.c.id)
)
_SINCE_BY = _SINCE.where(VERIFICATION.c.asked_by == sa.bindparam("asked_by"))


def save_cycle(
    connection: sa.Connection, cycle: CycleView, *, before: datetime | None = None
) -> datetime | None:
    """Add a sweep. `last_complete_at` is carried on from the sweep before where this one does not say.

    Args:
        connection: Of a write transaction.
        cycle: The sweep.
        before: When the last complete one was, where that is known and no row says so.

    Returns:
        When the last complete one was, this one or one before.
    """
    complete = cycle.last_complete_at
    if complete is None and cycle.status == "complete":
        complete = cycle.finished_at
    if complete is None:
        newest = sa.select(sa.func.max(CYCLE.c.last_complete_at)).where(CYCLE.c.account == cycle.account)
        known = (before, connection.execute(newest).scalar())
        complete = max((each for each in known if each is not None), default=None)
    values = cycle_values(replace(cycle, last_complete_at=complete))
    connection.execute(sa.insert(CYCLE).values(values))
    return complete


def save_positions(
    connection: sa.Connection,
    account: str,
    positions: Sequence[PositionView],
    *,
    with_look: Collection[LegKey] = (),
) -> None:
    """Put these positions in the place of all that were stored of the account.

    Args:
        connection: Of a write transaction.
        account: Whose.
        positions: All of them.
        with_look: Those that have the times of the account's last look; see `looked`.

    Raises:
        ValueError: One of them is of another account.
    """
    if any(position.account != account for position in positions):
        raise ValueError(f"positions of another account were given for {account}")
    connection.execute(sa.delete(POSITION).where(POSITION.c.account == account))
    if positions:
        rows = [
            position_values(each, with_look=LegKey(account, each.symbol, each.leg) in with_look)
            for each in positions
        ]
        _PLACE.tell(connection, rows)


def save_sources(connection: sa.Connection, sources: Sequence[SourceView]) -> None:
    """Renew the state of these sources, and note since when it is another.

    `last_ok` is carried on where it is not given.
    """
    values: list[Values] = []
    for each in sources:
        same = (SOURCE.c.account == each.account) & (SOURCE.c.source == each.source)
        last_ok = each.last_ok or connection.execute(sa.select(SOURCE.c.last_ok).where(same)).scalar()
        values.append({**asdict(each), "last_ok": last_ok})
    put(connection, SOURCE, values)
    note_changes(connection, sources)


def save_verification(connection: sa.Connection, view: VerificationView, evidence: str) -> int:
    """Store a verification and its evidence; stored again (same question, same time), it stays one row.

    A decided verdict is not overwritten by `unknown` or `resting`, so a repeated or late write loses nothing.

    Args:
        connection: Of a write transaction.
        view: Its `id` is not looked at.
        evidence: What the verdict was derived from, as `stored_evidence.evidence_of` writes it.

    Returns:
        The id of the row.
    """
    values = verification_values(view, evidence)
    _verifying(connection.dialect.name, tuple(values)).tell(connection, [values])
    (same,) = _SAME.ask(connection, {name: values[name] for name in _ASKED})
    return int(same.id)


@lru_cache(maxsize=8)
def _verifying(dialect: str, names: tuple[str, ...]) -> Ready:
    statement = insert_of(dialect, VERIFICATION)
    before, now = VERIFICATION.c.verdict, statement.excluded["verdict"]
    decided = sa.and_(*(now != each for each in _UNDECIDED))
    return Ready(
        statement.on_conflict_do_update(
            index_elements=_ASKED,
            set_={name: statement.excluded[name] for name in names if name not in _ASKED},
            where=sa.or_(*(before == each for each in _UNDECIDED), decided),
        )
    )


def verifications(
    connection: sa.Connection, *, account: str, since: datetime, after: int, asked_by: str | None
) -> tuple[tuple[VerificationView, str], ...]:
    """Return an account's verifications asked since then, numbered above `after`, with their evidence.

    Args:
        connection: Of a read transaction.
        account: Its name.
        since: Aware UTC.
        after: 0 for all.
        asked_by: `bot` or `sidecar`; None for both.
    """
    wanted = {"account": account, "since": since, "after": after, "asked_by": asked_by}
    query = _SINCE if asked_by is None else _SINCE_BY
    return tuple((verification_of(row), row.evidence) for row in connection.execute(query, wanted))


def resting(connection: sa.Connection, *, account: str) -> tuple[tuple[VerificationView, str], ...]:
    """Return an account's verifications whose orders rested when they were last stored, however long ago."""
    mine = (VERIFICATION.c.account == account) & (VERIFICATION.c.verdict == RESTING)
    query = (
        sa.select(VERIFICATION).where(mine, VERIFICATION.c.asked_by == "sidecar").order_by(VERIFICATION.c.id)
    )
    return tuple((verification_of(row), row.evidence) for row in connection.execute(query))


def journal_cursor(connection: sa.Connection, account: str, ledger: str) -> int:
    """Return the number of the last verification taken over from a bot's journal; 0 before the first."""
    mine = (CURSOR.c.account == account) & (CURSOR.c.ledger == ledger)
    found = connection.execute(sa.select(CURSOR.c.last_id).where(mine)).scalar()
    return 0 if found is None else int(found)


def take_over(
    connection: sa.Connection,
    account: str,
    ledger: str,
    verifications: Sequence[tuple[VerificationView, str]],
    *,
    last_id: int,
) -> None:
    """Store verifications of a bot's journal, and that it was read up to `last_id`, or neither."""
    for view, evidence in verifications:
        save_verification(connection, replace(view, account=account), evidence)
    put(connection, CURSOR, [{"account": account, "ledger": ledger, "last_id": last_id}])


def forget_account(connection: sa.Connection, account: str) -> None:
    """Forget the states of an account that is no longer in the settings. Alerts stay."""
    for each in (SOURCE, POSITION, CYCLE):
        connection.execute(sa.delete(each).where(each.c.account == account))


def retain_sources(connection: sa.Connection, account: str, names: Collection[str]) -> None:
    """Forget the states of an account's sources that are no longer in the settings."""
    gone = (SOURCE.c.account == account) & SOURCE.c.source.not_in(list(names))
    connection.execute(sa.delete(SOURCE).where(gone))
