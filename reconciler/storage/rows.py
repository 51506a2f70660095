"""The tables of the state database. Rows never leave this package: `mapping` turns them into values.

A SQLModel table class checks nothing by itself; the column types and the constraints do.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reconciler.storage.account_rows import EndedSessionRow, LocalAccountRow
from reconciler.storage.column import BigNumber, ExactDecimal, JsonText, PlainText, UtcTime
from reconciler.storage.latency_row import LatencyBucketRow
from reconciler.storage.message_rows import ChannelRow, MessageAlertRow, MessageRow
from reconciler.storage.state_row import StateRow, table
from reconciler.storage.token_rows import ApiTokenRow

__all__ = [
    "REVISIONS",
    "AlertRow",
    "AlertTransitionRow",
    "ApiTokenRow",
    "ChannelRow",
    "CycleRow",
    "EndedSessionRow",
    "JournalCursorRow",
    "LatencyBucketRow",
    "LeaseRow",
    "LocalAccountRow",
    "MaintenanceRow",
    "MessageAlertRow",
    "MessageRow",
    "PositionStateRow",
    "SourceStateRow",
    "StateRow",
    "VerificationRow",
    "table",
]

REVISIONS = tuple(f"{number:04}" for number in range(1, 21))
"""Every revision of the schema, oldest first; the last is the one this code reads and writes."""


class AlertRow(StateRow, table=True):
    """One episode of one condition. At most one open one for each identity: the database sees to it."""

    __tablename__ = "alert"
    __table_args__ = (
        sa.Index(
            "uq_alert_open",
            "kind",
            "account",
            "symbol",
            "leg",
            unique=True,
            sqlite_where=sa.text("state NOT IN ('resolved', 'retired', 'closed')"),
            postgresql_where=sa.text("state NOT IN ('resolved', 'retired', 'closed')"),
        ),
        sa.Index("ix_alert_state_resolved_at", "state", "resolved_at"),
        sa.Index("ix_alert_first_seen", "first_seen"),
        sa.Index("ix_alert_identity", "kind", "account", "symbol", "leg", "resolved_at"),
        {"sqlite_autoincrement": True},  # an id in a link never comes to mean another alert
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    kind: str = Field(sa_type=PlainText)
    account: str = Field(sa_type=PlainText)
    symbol: str = Field(sa_type=PlainText)
    leg: str = Field(sa_type=PlainText)
    state: str = Field(sa_type=PlainText)
    severity: str = Field(sa_type=PlainText)
    reason: str = Field(sa_type=PlainText)
    expected: Decimal | None = Field(sa_type=ExactDecimal)
    observed: Decimal | None = Field(sa_type=ExactDecimal)
    exposure: Decimal | None = Field(sa_type=ExactDecimal)
    contract_size: Decimal | None = Field(sa_type=ExactDecimal)
    evidence: Sequence[Mapping[str, Any]] = Field(sa_type=JsonText)
    first_seen: datetime = Field(sa_type=UtcTime)
    fired_at: datetime | None = Field(sa_type=UtcTime)
    last_seen: datetime = Field(sa_type=UtcTime)
    recovering_since: datetime | None = Field(sa_type=UtcTime)
    resolved_at: datetime | None = Field(sa_type=UtcTime)
    acknowledged_by: str | None = Field(sa_type=PlainText)
    acknowledged_at: datetime | None = Field(sa_type=UtcTime)
    acknowledged_note: str | None = Field(sa_type=PlainText)
    acknowledged_until: datetime | None = Field(sa_type=UtcTime)
    acknowledged_severity: str | None = Field(sa_type=PlainText)
    acknowledged_exposure: Decimal | None = Field(sa_type=ExactDecimal)
    count: int = Field(sa_type=BigNumber)
    version: int = Field(sa_type=BigNumber)
    clears: int = Field(sa_type=BigNumber)
    last_clear: datetime | None = Field(sa_type=UtcTime)
    frozen_since: datetime | None = Field(sa_type=UtcTime)
    retired: str = Field(sa_type=PlainText)
    held_as: str | None = Field(sa_type=PlainText)
    held_by: str | None = Field(sa_type=PlainText)
    held_at: datetime | None = Field(sa_type=UtcTime)
    held_note: str | None = Field(sa_type=PlainText)
    held_until: datetime | None = Field(sa_type=UtcTime)
    held_severity: str | None = Field(sa_type=PlainText)
    held_exposure: Decimal | None = Field(sa_type=ExactDecimal)
    held_surplus: Decimal | None = Field(sa_type=ExactDecimal)
    closed_by: str = Field(sa_type=PlainText)
    closed_because: str = Field(sa_type=PlainText)
    flaps: int = Field(sa_type=BigNumber)


class AlertTransitionRow(StateRow, table=True):
    """One change in the life of an alert. Only added, never changed, but for `notified_at`.

    `seq` is the alert's version after the change. What people are to be told is `owed` without `notified_at`:
    written in the transaction that changed the alert, so that no crash comes between.
    """

    __tablename__ = "alert_transition"
    __table_args__ = (
        sa.UniqueConstraint("alert_id", "seq"),
        sa.Index(
            "ix_alert_transition_owed",
            "id",
            sqlite_where=sa.text("owed IS NOT NULL AND notified_at IS NULL"),
            postgresql_where=sa.text("owed IS NOT NULL AND notified_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    alert_id: int = Field(sa_type=BigNumber, foreign_key="alert.id")
    seq: int = Field(sa_type=BigNumber)
    at: datetime = Field(sa_type=UtcTime)
    before: str | None = Field(sa_type=PlainText)
    after: str = Field(sa_type=PlainText)
    action: str = Field(sa_type=PlainText)
    rule: str = Field(sa_type=PlainText)
    actor: str = Field(sa_type=PlainText)
    origin: str = Field(sa_type=PlainText)
    reason: str = Field(sa_type=PlainText)
    severity: str = Field(sa_type=PlainText)
    evidence: Sequence[Mapping[str, Any]] = Field(sa_type=JsonText)
    owed: str | None = Field(sa_type=PlainText)
    notified_at: datetime | None = Field(sa_type=UtcTime)


class MaintenanceRow(StateRow, table=True):
    """One maintenance window of an account. Only added; ended once, before its time, by who says so."""

    __tablename__ = "maintenance"
    __table_args__ = (sa.Index("ix_maintenance_account", "account", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    account: str = Field(sa_type=PlainText)
    by: str = Field(sa_type=PlainText)
    note: str = Field(sa_type=PlainText)
    origin: str = Field(sa_type=PlainText)
    at: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(sa_type=UtcTime)
    ended_by: str | None = Field(sa_type=PlainText)


class SourceStateRow(StateRow, table=True):
    """The state of one source of one account, as last written."""

    __tablename__ = "source_state"

    account: str = Field(primary_key=True, sa_type=PlainText)
    source: str = Field(primary_key=True, sa_type=PlainText)
    state: str = Field(sa_type=PlainText)
    last_ok: datetime | None = Field(sa_type=UtcTime)
    detail: str = Field(sa_type=PlainText)
    at: datetime = Field(sa_type=UtcTime)


class PositionStateRow(StateRow, table=True):
    """One leg, ledger beside venue, as last written. The kinds of its alerts are read from the alerts."""

    __tablename__ = "position_state"

    account: str = Field(primary_key=True, sa_type=PlainText)
    symbol: str = Field(primary_key=True, sa_type=PlainText)
    leg: str = Field(primary_key=True, sa_type=PlainText)
    venue: str = Field(sa_type=PlainText)
    expected: Decimal | None = Field(sa_type=ExactDecimal)
    expected_low: Decimal | None = Field(sa_type=ExactDecimal)
    expected_high: Decimal | None = Field(sa_type=ExactDecimal)
    ledger_state: str = Field(sa_type=PlainText)
    ledgers: Sequence[str] = Field(sa_type=JsonText)
    ledger_at: datetime | None = Field(sa_type=UtcTime)
    ledger_changed_at: datetime | None = Field(sa_type=UtcTime)
    observed: Decimal | None = Field(sa_type=ExactDecimal)
    observed_by: str | None = Field(sa_type=PlainText)
    observed_at: datetime | None = Field(sa_type=UtcTime)
    observed_changed_at: datetime | None = Field(sa_type=UtcTime)
    contract_size: Decimal | None = Field(sa_type=ExactDecimal)
    notional: Decimal | None = Field(sa_type=ExactDecimal)
    mark_price: Decimal | None = Field(sa_type=ExactDecimal)
    stop: str = Field(sa_type=PlainText)
    stop_price: Decimal | None = Field(sa_type=ExactDecimal)
    stop_at: datetime | None = Field(sa_type=UtcTime)
    verdict: str = Field(sa_type=PlainText)
    entry_price: Decimal | None = Field(sa_type=ExactDecimal)
    liquidation_price: Decimal | None = Field(sa_type=ExactDecimal)
    waits: str = Field(sa_type=PlainText)
    with_look: bool = Field(sa_type=sa.Boolean)  # its times are those of the account's last look: see `lease`


class CycleRow(StateRow, table=True):
    """One sweep of one account. The latest of each account is its state; older ones are a short history."""

    __tablename__ = "cycle"
    __table_args__ = (sa.Index("ix_cycle_account_id", "account", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    account: str = Field(sa_type=PlainText)
    venue: str = Field(sa_type=PlainText)
    status: str = Field(sa_type=PlainText)
    matched: int = Field(sa_type=BigNumber)
    legs: int = Field(sa_type=BigNumber)
    unprotected_notional: Decimal | None = Field(sa_type=ExactDecimal)
    finished_at: datetime = Field(sa_type=UtcTime)
    last_complete_at: datetime | None = Field(sa_type=UtcTime)
    seconds: float = Field(sa_type=sa.Double)
    problems: Sequence[str] = Field(sa_type=JsonText)
    in_flight: int = Field(sa_type=BigNumber)


class LeaseRow(StateRow, table=True):
    """To whom the watch over an account was last given, until when, and when it was last looked at."""

    __tablename__ = "lease"

    account: str = Field(primary_key=True, sa_type=PlainText)
    instance: str | None = Field(sa_type=PlainText)
    host: str | None = Field(sa_type=PlainText)
    pid: int | None = Field(sa_type=BigNumber)
    token: int = Field(sa_type=BigNumber)
    expires_at: datetime | None = Field(sa_type=UtcTime)  # by the database's clock; null when given back
    at: datetime | None = Field(sa_type=UtcTime)
    interval_seconds: float = Field(sa_type=sa.Double)
    started_at: datetime | None = Field(sa_type=UtcTime)
    stopped: bool = Field(sa_type=sa.Boolean)
    looked: Mapping[str, Any] | None = Field(sa_type=JsonText)  # see `looked`
    account_group: str = Field(default="", sa_type=PlainText)  # by the settings of whom it was last given to


class VerificationRow(StateRow, table=True):
    """One verification and the evidence it rests on. Stored again, it stays one row."""

    __tablename__ = "verification"
    __table_args__ = (
        sa.UniqueConstraint(
            "account",
            "symbol",
            "leg",
            "question",
            "asked_by",
            "order_id",
            "asked_at",
            name="uq_verification_question",  # spelled out it is longer than PostgreSQL allows
        ),
        sa.Index("ix_verification_asked_at", "asked_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigNumber)
    account: str = Field(sa_type=PlainText)
    symbol: str = Field(sa_type=PlainText)
    leg: str = Field(sa_type=PlainText)
    question: str = Field(sa_type=PlainText)
    asked_by: str = Field(sa_type=PlainText)
    verdict: str = Field(sa_type=PlainText)
    grade: str = Field(sa_type=PlainText)
    mismatch: str = Field(sa_type=PlainText)
    decided_by: str | None = Field(sa_type=PlainText)
    asked_at: datetime = Field(sa_type=UtcTime)
    milliseconds: float = Field(sa_type=sa.Double)
    reason: str = Field(sa_type=PlainText)
    order_id: str = Field(sa_type=PlainText)
    evidence: str = Field(sa_type=sa.Text)  # JSON of ASCII alone, see `record.evidence_form`


class JournalCursorRow(StateRow, table=True):
    """Up to which number the verifications of a bot's journal have been taken over."""

    __tablename__ = "journal_cursor"

    account: str = Field(primary_key=True, sa_type=PlainText)
    ledger: str = Field(primary_key=True, sa_type=PlainText)
    last_id: int = Field(sa_type=BigNumber)
