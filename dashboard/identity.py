"""Who is at this screen: what the gate has found out, as the page's own script can ask it.

The gate writes it into a header of the page's socket, and takes away whatever of that name came from outside.
"""

from urllib.parse import quote, unquote

import streamlit as st

from reconciler.facts.person import Deed, Person
from reconciler.facts.token import Role

HEADER = "x-trueup-person"


def identity() -> Person | None:
    """Return who is at this screen; an empty name where nobody is known by name, who is asked for one then.

    None where nothing vouches for anybody: then nothing may be done.
    """
    headers = _headers()
    return read(headers[0]) if len(headers) == 1 else None


def may(deed: Deed) -> bool:
    """Return whether whoever is at this screen may do this. It is checked again where it is done."""
    person = identity()
    return person is not None and person.may(deed)


def written(person: Person) -> str:
    """Return a person as the header has them."""
    return f"{person.role} {quote(person.name)}"


def read(header: str) -> Person | None:
    """Return the person whom a header of the gate names; None where it names none."""
    role, separator, name = header.partition(" ")
    if not separator or role not in set(Role):
        return None
    return Person(unquote(name), Role(role))


def _headers() -> list[str]:
    return st.context.headers.get_all(HEADER)
