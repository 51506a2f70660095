"""The commands by which PostgreSQL copies a state and puts it back; Trueup does neither in its place."""

import shlex
from pathlib import Path

from reconciler.storage.database import parsed_url
from reconciler.storage.rows import StateRow
from reconciler.storage.schema import VERSION_TABLE


def dump_command(url: str, file: Path) -> str:
    """Return the pg_dump that copies our tables, of one moment, while others write; without a password."""
    tables = [f"--table={name}" for name in (*sorted(StateRow.metadata.tables), VERSION_TABLE)]
    return shlex.join(["pg_dump", "--format=custom", "--no-owner", *tables, f"--file={file}", _server(url)])


def restore_command(url: str, file: Path) -> str:
    """Return how to put such a file into a new database, which leaves the present one as it is."""
    new = _server(url, new=True)
    make = shlex.join(["createdb", f"--maintenance-db={_server(url)}", _new_name(url)])
    fill = shlex.join(
        ["pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={new}", str(file)]
    )
    return f"{make} && {fill} -- then stop Trueup, name that database in [database] url, and start it"


def _new_name(url: str) -> str:
    return f"{parsed_url(url).database or 'trueup'}_restored"


def _server(url: str, *, new: bool = False) -> str:
    """Return the address for PostgreSQL's own tools; they ask for the password, or find it themselves."""
    plain = parsed_url(url).set(drivername="postgresql")
    if new:
        plain = plain.set(database=_new_name(url))
    plain = plain._replace(password=None).difference_update_query(["password", "sslpassword"])
    return plain.render_as_string(hide_password=False)
