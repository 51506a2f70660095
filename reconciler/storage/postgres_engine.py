"""PostgreSQL: how it is connected to, and how soon a connection that leads nowhere is given up."""

import logging
from typing import Any

import sqlalchemy as sa

_OPTIONS = "-c synchronous_commit=on -c lock_timeout=10000 -c timezone=UTC"

_PAUSED_MILLISECONDS = 15_000
"""After how long without a word the server ends the transaction of a process that stands still in it: else
what it has locked, such as the row of a lease or an alert, stays locked for as long as it stands."""

_PATIENCE = {
    "connect_timeout": 5,
    # A server that went away without a word (a cable, a firewall, a machine) would be waited for two hours.
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""In seconds, the last one in milliseconds; what the url says of these goes before."""


def postgres_engine(url: sa.URL) -> tuple[sa.Engine, str]:
    """Return the engine of a PostgreSQL database, and that as a person knows it. Connects to nothing."""
    arguments: dict[str, Any] = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    arguments["application_name"] = "trueup"
    paused = f"-c idle_in_transaction_session_timeout={_PAUSED_MILLISECONDS}"
    arguments["options"] = f"{url.query.get('options', '')} {_OPTIONS} {paused}".strip()
    # Of a lost connection it warns line by line; what matters of that is raised, and told in our words.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    bare = url.difference_update_query(["options"])
    engine = sa.create_engine(bare, connect_args=arguments, pool_pre_ping=True)
    # What stands behind the name may hold a password as well.
    return engine, sa.URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database
    ).render_as_string()
