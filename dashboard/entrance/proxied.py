"""Who a trusted proxy says is there: taken from its addresses, with its secret, and else refused; pure."""

import hmac

from dashboard.entrance.asgi import Scope, peer, values
from reconciler.facts.person import Person
from reconciler.facts.sign_in import Door, Way, among

SECRET_HEADER = "x-trueup-proxy-secret"  # noqa: S105 - its name


def said_by_proxy(scope: Scope, door: Door) -> Person | None:
    """Return who is there; None where no proxy that is trusted says so, or they have no role."""
    told, name = door.proxy, named_by_proxy(scope, door)
    if told is None or name is None:
        return None
    listed = values(scope, told.groups_header.lower()) if told.groups_header else []
    groups = [part.strip() for line in listed for part in line.split(",") if part.strip()]
    return door.roles.person(name, (name,), groups)


def named_by_proxy(scope: Scope, door: Door) -> str | None:
    """Return whom a trusted proxy names, whether or not they have a role; None where none does."""
    told = door.proxy
    if told is None or Way.PROXY not in door.ways or not _is_trusted(scope, door):
        return None
    names = values(scope, told.header.lower())
    return names[0] if len(names) == 1 and names[0] and names[0].isprintable() else None


def is_forged(scope: Scope, door: Door) -> bool:
    """Return whether somebody who is no proxy of ours says who is there."""
    told = door.proxy
    return told is not None and bool(values(scope, told.header.lower())) and not _is_trusted(scope, door)


def _is_trusted(scope: Scope, door: Door) -> bool:
    if door.proxy is None or not among(peer(scope), door.proxies):
        return False
    shown = values(scope, SECRET_HEADER)
    if not door.proxy.secret:
        return True
    return len(shown) == 1 and hmac.compare_digest(shown[0].encode(), door.proxy.secret.encode())
