"""The first tables: alerts and their transitions, states as last seen, verifications, latency."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_alerts()
    _create_states()
    _create_records()


def _create_alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", _WHOLE, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("symbol", _TEXT, nullable=False),
        sa.Column("leg", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("expected", _TEXT),
        sa.Column("observed", _TEXT),
        sa.Column("exposure", _TEXT),
        sa.Column("contract_size", _TEXT),
        sa.Column("evidence", _TEXT, nullable=False),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.Column("fired_at", _TIME),
        sa.Column("last_seen", _TIME, nullable=False),
        sa.Column("recovering_since", _TIME),
        sa.Column("resolved_at", _TIME),
        sa.Column("acknowledged_by", _TEXT),
        sa.Column("acknowledged_at", _TIME),
        sa.Column("acknowledged_note", _TEXT),
        sa.Column("acknowledged_until", _TIME),
        sa.Column("acknowledged_severity", _TEXT),
        sa.Column("acknowledged_exposure", _TEXT),
        sa.Column("count", _WHOLE, nullable=False),
        sa.Column("version", _WHOLE, nullable=False),
        sa.Column("clears", _WHOLE, nullable=False),
        sa.Column("last_clear", _TIME),
        sa.Column("frozen_since", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_first_seen", "alert", ["first_seen"])
    op.create_index("ix_alert_identity", "alert", ["kind", "account", "symbol", "leg", "resolved_at"])
    op.create_index("ix_alert_state_resolved_at", "alert", ["state", "resolved_at"])
    op.create_index(
        "uq_alert_open",
        "alert",
        ["kind", "account", "symbol", "leg"],
        unique=True,
        sqlite_where=sa.text("state <> 'resolved'"),
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_table(
        "alert_transition",
        sa.Column("id", _WHOLE, nullable=False),
        sa.Column("alert_id", _WHOLE, nullable=False),
        sa.Column("seq", _WHOLE, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("before", _TEXT),
        sa.Column("after", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("rule", _TEXT, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("evidence", _TEXT, nullable=False),
        sa.Column("owed", _TEXT),
        sa.Column("notified_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_alert_transition"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_alert_transition_alert_id_alert"),
        sa.UniqueConstraint("alert_id", "seq", name="uq_alert_transition_alert_id_seq"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_alert_transition_owed",
        "alert_transition",
        ["id"],
        sqlite_where=sa.text("owed IS NOT NULL AND notified_at IS NULL"),
        postgresql_where=sa.text("owed IS NOT NULL AND notified_at IS NULL"),
    )


def _create_states() -> None:
    op.create_table(
        "cycle",
        sa.Column("id", _WHOLE, nullable=False),
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("venue", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("matched", _WHOLE, nullable=False),
        sa.Column("legs", _WHOLE, nullable=False),
        sa.Column("unprotected_notional", _TEXT),
        sa.Column("finished_at", _TIME, nullable=False),
        sa.Column("last_complete_at", _TIME),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("problems", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cycle"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cycle_account_id", "cycle", ["account", "id"])
    op.create_table(
        "heartbeat",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("at", _TIME),
        sa.Column("interval_seconds", sa.Double(), nullable=False),
        sa.Column("started_at", _TIME),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeat"),
    )
    op.create_table(
        "position_state",
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("symbol", _TEXT, nullable=False),
        sa.Column("leg", _TEXT, nullable=False),
        sa.Column("venue", _TEXT, nullable=False),
        sa.Column("expected", _TEXT),
        sa.Column("expected_low", _TEXT),
        sa.Column("expected_high", _TEXT),
        sa.Column("ledger_state", _TEXT, nullable=False),
        sa.Column("ledgers", _TEXT, nullable=False),
        sa.Column("ledger_at", _TIME),
        sa.Column("observed", _TEXT),
        sa.Column("observed_by", _TEXT),
        sa.Column("observed_at", _TIME),
        sa.Column("contract_size", _TEXT),
        sa.Column("notional", _TEXT),
        sa.Column("mark_price", _TEXT),
        sa.Column("stop", _TEXT, nullable=False),
        sa.Column("stop_price", _TEXT),
        sa.Column("verdict", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("account", "symbol", "leg", name="pk_position_state"),
    )
    op.create_table(
        "source_state",
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("last_ok", _TIME),
        sa.Column("detail", _TEXT, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("account", "source", name="pk_source_state"),
    )


def _create_records() -> None:
    op.create_table(
        "latency_bucket",
        sa.Column("tier", _WHOLE, nullable=False),
        sa.Column("start", _TIME, nullable=False),
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("measure", _TEXT, nullable=False),
        sa.Column("sketch", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tier", "start", "account", "source", "measure", name="pk_latency_bucket"),
    )
    op.create_table(
        "verification",
        sa.Column("id", _WHOLE, nullable=False),
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("symbol", _TEXT, nullable=False),
        sa.Column("leg", _TEXT, nullable=False),
        sa.Column("question", _TEXT, nullable=False),
        sa.Column("asked_by", _TEXT, nullable=False),
        sa.Column("verdict", _TEXT, nullable=False),
        sa.Column("grade", _TEXT, nullable=False),
        sa.Column("mismatch", _TEXT, nullable=False),
        sa.Column("decided_by", _TEXT),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("milliseconds", sa.Double(), nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("order_id", _TEXT, nullable=False),
        sa.Column("evidence", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verification"),
        sa.UniqueConstraint(
            "account",
            "symbol",
            "leg",
            "question",
            "asked_by",
            "order_id",
            "asked_at",
            name="uq_verification_question",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_verification_asked_at", "verification", ["asked_at"])


def downgrade() -> None:
    op.drop_table("alert_transition")
    op.drop_table("verification")
    op.drop_table("source_state")
    op.drop_table("position_state")
    op.drop_table("latency_bucket")
    op.drop_table("heartbeat")
    op.drop_table("cycle")
    op.drop_table("alert")
