"""Whether the address of a database holds a password, or an @ that may be of one. Pure.

An address is split as SQLAlchemy splits it: a user ends at the first `:`, a password at the first `@`, and
what follows is host, name and query. Of `u:pa@ss@host` the host would be `ss@host`, which messages name.
"""

import re
from urllib.parse import parse_qsl

NO_DRIVER = "PostgreSQL needs a driver that is not installed: pip install 'trueup[postgres]'"
"""What is said where the extra of that name was not installed."""

_WITH_PASSWORD = re.compile(r"\s*(?!sqlite)[\w+]+://[^:/]*:(?P<password>[^@]+)@", re.IGNORECASE)
_LOGIN = re.compile(r"[\w+]+://(?:[^:/]*(?::[^@]*)?@)?")
_SECRET_WORDS = ("password", "secret", "client_key", "server_key")


def holds_password(url: object) -> bool:
    """Return whether a password is written into an address: before the host, or into its query."""
    if not isinstance(url, str):
        return False
    if _WITH_PASSWORD.match(url):
        return True
    names = (name.lower() for name, _ in parse_qsl(url.partition("?")[2]))
    return any(word in name for name in names for word in _SECRET_WORDS)


def holds_stray_at(url: str) -> bool:
    """Return whether an @ stands where host, name or query begin: what is before it may be of a password."""
    login = _LOGIN.match(url)
    if login is None or url.lower().startswith("sqlite"):
        return False
    place, _, query = url[login.end() :].partition("?")
    return "@" in place or any("@" in piece.partition("=")[0] for piece in query.split("&"))
