"""Reads stored verifications together with their evidence, a page at a time, for an audit."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from reconciler.record.stored_verification import StoredVerification
from reconciler.storage.database import Database
from reconciler.storage.mapping import verification_of
from reconciler.storage.records import VERIFICATION

PAGE = 200


def stored_verifications(
    database: Database, *, account: str | None = None, page: int = PAGE
) -> Iterator[StoredVerification]:
    """Yield every stored verification, oldest row first; each page is one short read transaction.

    A row that holds what no version writes is yielded with its problem: told, not passed over.

    Args:
        database: The state database.
        account: One account; None for all.
        page: How many rows are held in memory.

    Raises:
        StateDatabaseError: The database cannot be read.
    """
    query = sa.select(VERIFICATION).order_by(VERIFICATION.c.id).limit(page)
    if account is not None:
        query = query.where(VERIFICATION.c.account == account)
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(query.where(VERIFICATION.c.id > last)).all()
        for row in rows:
            yield _stored(row)
        if len(rows) < page:
            return
        last = rows[-1].id


def _stored(row: sa.Row[Any]) -> StoredVerification:
    try:
        return StoredVerification(row.id, verification_of(row), row.evidence)
    except ValueError as error:
        return StoredVerification(row.id, None, "", f"its row cannot be read: {error}")
