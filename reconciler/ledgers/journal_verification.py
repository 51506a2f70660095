"""A verification as a bot wrote it into its journal, and which of them is the newest."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from reconciler.ledgers.tables import Tables, utc_of
from reconciler.views.verification import VerificationView
from verification.facts.leg import Leg
from verification.facts.observation import Source


@dataclass(frozen=True, slots=True)
class JournalVerification:
    """A verification as a bot wrote it.

    Attributes:
        id: Its number in the journal, rising.
        view: What to show; its `id` is 0 and its `account` is the bot's word for it.
        evidence: What it asked and saw, as the journal holds it: JSON, see `record.evidence_form`.
    """

    id: int
    view: VerificationView
    evidence: str


def newest_of(tables: Tables) -> int | None:
    """Return the number of the newest verification, 0 where there is none; None where it cannot be read.

    Whoever reads verifications is told why. Positions that were read are not lost for that.
    """
    try:
        (found,) = tables.select("SELECT COALESCE(MAX(id), 0) AS newest FROM journal_verification")
    except sqlite3.Error:
        return None
    return int(found["newest"])


def verification_of(row: Mapping[str, Any]) -> JournalVerification:
    """Return the verification of a row.

    Raises:
        ValueError: It makes no sense; TypeError likewise.
    """
    asked_at = utc_of(row["asked_at"], UTC)
    if asked_at is None:
        raise ValueError("a verification without its time")
    view = VerificationView(
        id=0,
        account=row["account"],
        symbol=row["symbol"],
        leg=Leg(row["leg"]),
        question=row["question"],
        asked_by="bot",
        verdict=row["verdict"],
        grade=row["grade"],
        mismatch=row["mismatch"],
        decided_by=None if row["decided_by"] is None else Source(row["decided_by"]),
        asked_at=asked_at,
        milliseconds=float(row["milliseconds"]),
        reason=row["reason"],
        order_id=row["order_id"],
    )
    return JournalVerification(int(row["id"]), view, _evidence(row["evidence"]))


def _evidence(text: str) -> str:
    """Return stored evidence as it is: what it tells is read where it is used."""
    plain = json.loads(text)
    if not isinstance(plain, list):
        raise TypeError("evidence that is no list")
    return text if text.isascii() else json.dumps(plain)  # whatever the state database can hold
