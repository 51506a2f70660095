"""Who watches each account, and a heartbeat of each; the alert of the one there was becomes one of each."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text()
_TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_EVERY_ACCOUNT = "*"
_STATES = ("cycle", "position_state", "source_state")
_KNOWN = " UNION ".join(f"SELECT account FROM {table}" for table in _STATES)  # noqa: S608 - constants
_OPEN = "kind = 'reconciler_stalled' AND state <> 'resolved' AND account = :account"


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("instance", _TEXT),
        sa.Column("host", _TEXT),
        sa.Column("pid", _WHOLE),
        sa.Column("token", _WHOLE, nullable=False),
        sa.Column("expires_at", _TIME),
        sa.Column("at", _TIME),
        sa.Column("interval_seconds", sa.Double(), nullable=False),
        sa.Column("started_at", _TIME),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_lease"),
    )
    op.execute(
        "INSERT INTO lease (account, token, at, interval_seconds, started_at, stopped) "  # noqa: S608 - constants
        "SELECT known.account, 0, heartbeat.at, heartbeat.interval_seconds, heartbeat.started_at, "
        f"heartbeat.stopped FROM ({_KNOWN}) AS known CROSS JOIN heartbeat"
    )
    op.drop_table("heartbeat")
    _divide_the_alert()


def _divide_the_alert() -> None:
    connection = op.get_bind()
    old = _open_alert(connection, _EVERY_ACCOUNT)
    if old is None:
        return
    accounts = sorted(connection.execute(sa.text(_KNOWN)).scalars())
    if not accounts:
        _resolve(connection, old)
        return
    first, *others = accounts  # the first keeps the number, which links name
    for account in others:
        _copy(connection, old, account)
    renamed = sa.text("UPDATE alert SET account = :account WHERE id = :id")
    connection.execute(renamed, {"account": first, "id": old})


def _open_alert(connection: sa.Connection, account: str) -> int | None:
    found = connection.execute(sa.text(f"SELECT id FROM alert WHERE {_OPEN}"), {"account": account})  # noqa: S608 - constants
    number = found.scalar_one_or_none()
    return None if number is None else int(number)


def _copy(connection: sa.Connection, old: int, account: str) -> None:
    inspector = sa.inspect(connection)

    def columns(table: str, *but: str) -> str:
        names = [column["name"] for column in inspector.get_columns(table)]
        return ", ".join(f'"{name}"' for name in names if name not in {"id", *but})

    alert, transition = columns("alert", "account"), columns("alert_transition", "alert_id")
    copied = sa.text(
        f"INSERT INTO alert (account, {alert}) "  # noqa: S608 - names of columns
        f"SELECT :account, {alert} FROM alert WHERE id = :old"
    )
    connection.execute(copied, {"account": account, "old": old})
    history = sa.text(
        f"INSERT INTO alert_transition (alert_id, {transition}) "  # noqa: S608 - names of columns
        f"SELECT :new, {transition} FROM alert_transition WHERE alert_id = :old ORDER BY seq"
    )
    connection.execute(history, {"new": _open_alert(connection, account), "old": old})


def _resolve(connection: sa.Connection, old: int) -> None:
    """End an alert that is of no account at all, with a last word in its history."""
    word = sa.text(
        'INSERT INTO alert_transition (alert_id, seq, at, "before", "after", action, rule, actor, origin, '
        "reason, severity, evidence) SELECT id, version + 1, last_seen, state, 'resolved', 'resolved', "
        "'upgrade', 'trueup', 'reconciler', 'Each account has an alert of its own now, and none is known.', "
        "severity, '[]' FROM alert WHERE id = :old"
    )
    connection.execute(word, {"old": old})
    ended = sa.text(
        "UPDATE alert SET state = 'resolved', resolved_at = last_seen, version = version + 1 WHERE id = :old"
    )
    connection.execute(ended, {"old": old})
