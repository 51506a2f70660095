"""Who is let in: requests of a page of somebody else's are turned away, and programs show their token; pure.

A page in a browser on this machine can send requests here, also under a name of its own that it has made to
lead here. It can set neither host nor origin, so these are compared before anything else is done.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import ip_address

from reconciler.facts.token import Role, Token

LOOPBACK = ("localhost", "127.0.0.1", "::1")

_FOREIGN_SITES = frozenset({"cross-site", "same-site"})


@dataclass(frozen=True, slots=True)
class Places:
    """Under which names this server is reached.

    Attributes:
        loopback: On this machine, `host:port` as a request names it.
        others: Under its own address and the names of the settings.
    """

    loopback: frozenset[str]
    others: frozenset[str]


def places(address: str, port: int, hosts: Collection[str]) -> Places:
    """Return the names of a server.

    Args:
        address: What it listens on.
        port: Its port.
        hosts: Further names, of the settings: `name` or `name:port`.
    """
    named = {each.lower() for each in hosts}
    with_port = {each if ":" in each else f"{each}:{port}" for each in named}
    own = set() if ip_address(address).is_unspecified else {_host(address, port)}
    loopback = frozenset(_host(each, port) for each in LOOPBACK)
    return Places(loopback, frozenset(own | named | with_port) - loopback)


class Open(Enum):
    """To whom a path is open."""

    MACHINE = auto()
    """To everybody on this machine; to others with a token."""
    TOKEN = auto()
    """To whoever shows a token, on this machine too."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why somebody is not let in.

    Attributes:
        status: HTTP status.
        why: One plain line.
    """

    status: int
    why: str


def foreign(hosts: list[str], origins: list[str], sites: list[str], places_: Places) -> Refused | None:
    """Return why a request is turned away before anything else; None where it is not of a foreign page.

    Args:
        hosts: What it says in `Host`.
        origins: What it says in `Origin`; programs say nothing.
        sites: What it says in `Sec-Fetch-Site`, which browsers add by themselves.
        places_: The names of this server.
    """
    if len(hosts) != 1 or hosts[0].lower() not in places_.loopback | places_.others:
        return Refused(403, "not a name of this server: use its address, or add the name to [serve] hosts")
    if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
        return Refused(403, "this request comes from another page")
    if _FOREIGN_SITES & {site.lower() for site in sites}:
        return Refused(403, "this request comes from another page")
    return None


def on_this_machine(peer: str, host: str, places_: Places) -> bool:
    """Return whether a request comes from this machine, and not through a proxy on it under another name."""
    try:
        return ip_address(peer).is_loopback and host.lower() in places_.loopback
    except ValueError:
        return False


def shown(authorization: list[str]) -> str | None:
    """Return the token that a request shows; None for none."""
    if len(authorization) != 1:
        return None
    scheme, _, token = authorization[0].partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def let_in(token: Token | None, wanted: Role) -> Refused | None:
    """Return why whoever shows a token is not let in; None where they are."""
    if token is None or token.revoked_at is not None:
        return Refused(401, "show a token: `Authorization: Bearer TOKEN`; `trueup token new` makes one")
    if not token.role.may(wanted):
        return Refused(403, f"the token of {token.name} is a {token.role}'s; this takes one of role {wanted}")
    return None


def by_digest(tokens: Collection[Token]) -> Mapping[str, Token]:
    """Return the tokens that open something, by the hash of each."""
    return {token.digest: token for token in tokens if token.revoked_at is None}


def _host(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
