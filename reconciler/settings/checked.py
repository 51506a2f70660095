"""Values as people write them in the settings: each is returned as it may stand, or refused in words."""

import re
from ipaddress import ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconciler.facts.finding import Kind
from reconciler.ledgers.installed import KindUnusable
from reconciler.ledgers.registry import KINDS
from reconciler.settings.consistency import ledger_names
from reconciler.settings.refusal import close_match


def names(value: object) -> object:
    """Return the names in a list or in a text with commas; anything else as it is, for pydantic to refuse."""
    found = ledger_names(value)
    return value if found is None else found


def some_names(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return names. Raises ValueError for an empty list, which would mean nothing at all."""
    if not given:
        raise ValueError("names none, so that nothing would be told: name some, or remove it for all")
    return given


def known_kinds(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return kinds of alerts. Raises ValueError for one that is not known here."""
    for kind in given:
        if kind not in set(Kind):
            raise ValueError(f"names {kind}, which is no kind of alert{close_match(kind, list(Kind))}")
    return given


def web_address(url: str | None) -> str | None:
    """Return an address of web pages without a stroke at its end. Raises ValueError for what is none."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("is no address of web pages: write one like https://trueup.example.com")
    if parts.username or parts.password:
        raise ValueError("holds a login, which everybody who is sent a link would read: remove it")
    return url.rstrip("/")


def venue_id(venue: str) -> str:
    """Return a ccxt exchange id. Raises ValueError for what is not written like one."""
    if not re.fullmatch(r"[a-z][a-z0-9]*", venue):
        raise ValueError("is not written like a ccxt exchange id, which is small letters and digits")
    return venue


def ledger_kind(kind: str) -> str:
    """Return the word for a kind of ledger. Raises ValueError for one that is not known here, or unusable."""
    if kind not in KINDS:
        raise ValueError(f"is not known{close_match(kind, list(KINDS))}")
    try:
        KINDS[kind]
    except KindUnusable as error:
        raise ValueError(str(error)) from error
    return kind


def networks(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return addresses and networks. Raises ValueError for one that is neither."""
    for each in given:
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise ValueError(f"holds {each}, which is no address and no network") from None
    return given


def header_name(name: str | None) -> str | None:
    """Return the name of a header, or none. Raises ValueError for what is none, or says something else."""
    if name is None:
        return None
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", name):
        raise ValueError("is no name of a header: write one like X-Forwarded-User")
    if name.lower() in {"host", "origin", "cookie", "authorization", "x-trueup-person"}:
        raise ValueError("is a header that says something else: write one like X-Forwarded-User")
    return name


def host_name(name: str) -> str:
    """Return a name under which a server is reached. Raises ValueError for what is none."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?", name):
        raise ValueError("is no name of a server: write NAME or NAME:PORT, such as trueup.example.com")
    return name


def zone_name(name: str | None) -> str | None:
    """Return the name of a time zone, or none. Raises ValueError for one that is not known here."""
    try:
        if name is not None:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone that is known here: write one like Asia/Tokyo or UTC") from None
    return name
