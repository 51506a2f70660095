"""Who is at this screen: what the gate has found out, as the page's own script can ask it.

The gate writes it into a header of the page's socket, and takes away whatever of that name came from outside.
"""

from urllib.parse import quote, unquote

import streamlit as st

from reconciler.facts.person import Deed, Person
from reconciler.facts.token import Role

HEADER = "x-trueup-person"

_EVERYWHERE, _LIMITED = "*", "="
"""Before the groups of somebody who sees all accounts, and of somebody who sees theirs alone."""


def identity() -> Person | None:
    """Return who is at this screen; an empty name where nobody is known by name, who is asked for one then.

    None where nothing vouches for anybody: then nothing may be done.
    """
    headers = _headers()
    return read(headers[0]) if len(headers) == 1 else None


def may(deed: Deed) -> bool:
    """Return whether whoever is at this screen may do this at all. It is checked again where it is done."""
    person = identity()
    return person is not None and person.may(deed)


def written(person: Person) -> str:
    """Return a person as the header has them: role, name, and their roles by groups of accounts, if any."""
    told = f"{person.role} {quote(person.name)}"
    if person.everywhere and not person.groups:
        return told
    groups = ",".join(f"{quote(group, safe='')}:{role}" for group, role in person.groups)
    return f"{told} {_EVERYWHERE if person.everywhere else _LIMITED}{groups}"


def read(header: str) -> Person | None:
    """Return the person whom a header of the gate names; None where it names none."""
    role, *rest = header.split(" ")
    if role not in set(Role) or len(rest) not in {1, 2}:
        return None
    if len(rest) == 1:
        return Person(unquote(rest[0]), Role(role))
    name, limits = rest
    if limits[:1] not in {_EVERYWHERE, _LIMITED}:
        return None
    groups = [pair.partition(":") for pair in limits[1:].split(",") if pair]
    if not all(held in set(Role) for _, _, held in groups):
        return None
    named = tuple((unquote(group), Role(held)) for group, _, held in groups)
    return Person(unquote(name), Role(role), named, everywhere=limits[0] == _EVERYWHERE)


def _headers() -> list[str]:
    return st.context.headers.get_all(HEADER)
