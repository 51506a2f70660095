"""The tables of the journal: positions, every change of them, verifications, the schema's version."""

import sqlalchemy as sa

from reconciler.storage.column import BigNumber, ExactDecimal, JsonText, PlainText, UtcTime

SCHEMA_VERSION = 1

metadata = sa.MetaData()

schema = sa.Table(
    "journal_schema",
    metadata,
    sa.Column("id", BigNumber, primary_key=True, autoincrement=False),  # always 1
    sa.Column("version", BigNumber, nullable=False),
)

position = sa.Table(
    "journal_position",
    metadata,
    sa.Column("id", BigNumber, primary_key=True),
    sa.Column("bot", PlainText, nullable=False),
    sa.Column("symbol", PlainText, nullable=False),
    sa.Column("side", PlainText, nullable=False),  # of the entry: buy, sell
    sa.Column("state", PlainText, nullable=False),
    sa.Column("intended", ExactDecimal, nullable=False),  # contracts, unsigned
    sa.Column("quantity", ExactDecimal, nullable=False),  # contracts believed to be held, unsigned
    sa.Column("closing_quantity", ExactDecimal),  # contracts of the exit under way, unsigned
    sa.Column("average_price", ExactDecimal),
    sa.Column("baseline", ExactDecimal),  # signed contracts of the leg before the entry
    sa.Column("entry_client_id", PlainText, nullable=False),
    sa.Column("entry_order_id", PlainText),
    sa.Column("exit_client_id", PlainText),
    sa.Column("exit_order_ids", JsonText, nullable=False),
    sa.Column("stop_order_id", PlainText),
    sa.Column("stop_price", ExactDecimal),
    sa.Column("reason", PlainText, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.UniqueConstraint("bot", "entry_client_id", name="uq_journal_position_entry"),
    sa.Index("ix_journal_position_state", "state", "updated_at"),
    sqlite_autoincrement=True,
)

event = sa.Table(
    "journal_event",
    metadata,
    sa.Column("id", BigNumber, primary_key=True),
    sa.Column("position_id", BigNumber, sa.ForeignKey("journal_position.id"), nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("what", PlainText, nullable=False),
    sa.Column("detail", JsonText, nullable=False),
    sqlite_autoincrement=True,
)

verification = sa.Table(
    "journal_verification",
    metadata,
    sa.Column("id", BigNumber, primary_key=True),
    sa.Column("position_id", BigNumber, sa.ForeignKey("journal_position.id"), nullable=False),
    sa.Column("account", PlainText, nullable=False),  # as the bot names it
    sa.Column("symbol", PlainText, nullable=False),
    sa.Column("leg", PlainText, nullable=False),
    sa.Column("question", PlainText, nullable=False),
    sa.Column("verdict", PlainText, nullable=False),
    sa.Column("grade", PlainText, nullable=False),
    sa.Column("mismatch", PlainText, nullable=False),
    sa.Column("decided_by", PlainText),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("milliseconds", sa.Double, nullable=False),
    sa.Column("reason", PlainText, nullable=False),
    sa.Column("order_id", PlainText, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),  # JSON of ASCII alone, see `record.evidence_form`
    sqlite_autoincrement=True,
)
