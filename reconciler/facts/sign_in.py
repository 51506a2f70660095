"""How people are let in to the screens: what the settings say of it, as their process gets it; pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

from reconciler.facts.person import Person
from reconciler.facts.token import Role

GROUP = "group:"
"""What an entry begins with that names a group of the provider or the proxy."""

ANYBODY = "*"
"""An entry that means whoever they know."""


class Way(StrEnum):
    """How somebody can show who they are."""

    LINK = "link"  # the link that the terminal prints
    ACCOUNTS = "accounts"  # a name and a password that are kept here
    OIDC = "oidc"  # a provider of OpenID Connect
    PROXY = "proxy"  # a header of a proxy that is trusted


@dataclass(frozen=True, slots=True)
class Lists:
    """Who has which role. Each entry is an e-mail address or a name, `group:NAME`, or `*` for anybody."""

    admins: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()

    def of(self, names: Collection[str], groups: Collection[str]) -> Role | None:
        """Return the highest role of somebody with these names and groups of the provider; None for none."""
        known = {name.casefold() for name in names if name}
        marks = {ANYBODY, *known, *(f"{GROUP}{group}".casefold() for group in groups)}
        for role, entries in (
            (Role.ADMIN, self.admins),
            (Role.OPERATOR, self.operators),
            (Role.VIEWER, self.viewers),
        ):
            if known and marks & {entry.casefold() for entry in entries}:
                return role
        return None

    @property
    def entries(self) -> tuple[str, ...]:
        """All that is named."""
        return (*self.admins, *self.operators, *self.viewers)


@dataclass(frozen=True, slots=True)
class Roles(Lists):
    """Who of those that a provider or a proxy knows has which role; whoever is not named is not let in.

    The lists are for all accounts; `by_group` for the accounts of single groups alone: (group, lists) each.
    """

    by_group: tuple[tuple[str, Lists], ...] = ()

    def person(self, name: str, names: Collection[str], groups: Collection[str]) -> Person | None:
        """Return somebody with these names and groups of the provider, with their roles; None for none."""
        role = self.of(names, groups)
        given = [(group, lists.of(names, groups)) for group, lists in self.by_group]
        single = tuple((group, held) for group, held in given if held is not None)
        if role is not None:
            return Person(name, role, single)
        if not single:
            return None
        highest = max((held for _, held in single), key=list(Role).index)
        return Person(name, highest, single, everywhere=False)

    @property
    def every_entry(self) -> frozenset[str]:
        """All that is named anywhere."""
        single = (entry for _, lists in self.by_group for entry in lists.entries)
        return frozenset((*self.entries, *single))


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of OpenID Connect, and who we are to it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name_claim: str = "email"
    groups_claim: str = "groups"
    scopes: tuple[str, ...] = ("openid", "email", "profile")


@dataclass(frozen=True, slots=True)
class ProxyHeaders:
    """What a proxy that has signed somebody in says of them, and how it proves that it is that proxy."""

    header: str
    groups_header: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Door:
    """The door of the screens.

    Attributes:
        ways: How people are let in; none: whoever reaches the address.
        idle: How long a session stands that nobody uses; an open page uses it.
        lasts: How long one stands at most.
        roles: Of those whom a provider or a proxy knows.
        provider: Where the ways have it.
        proxy: The same.
        proxies: Addresses and networks of what stands before the screens and speaks TLS in their place.
        public_url: Under which address people reach them, beside this machine's own.
        certificate: File of the certificate, where the screens speak TLS themselves.
        certificate_key: File of its key.
        key_file: Holds the secret of link and cookies, absolute; empty: beside the state database.
    """

    ways: tuple[Way, ...] = (Way.LINK,)
    idle: timedelta = timedelta(days=7)
    lasts: timedelta = timedelta(days=30)
    roles: Roles = Roles()
    provider: Provider | None = None
    proxy: ProxyHeaders | None = None
    proxies: tuple[str, ...] = ()
    public_url: str | None = None
    certificate: str | None = None
    certificate_key: str | None = None
    key_file: str = ""


def among(address: str, networks: Sequence[str]) -> bool:
    """Return whether an address is one of those, or in one of those networks; False for what is none."""
    try:
        peer = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None)
    return any((mapped or peer) in ip_network(network, strict=False) for network in networks)
