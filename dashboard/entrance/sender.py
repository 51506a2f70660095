"""From where a request comes, through the proxies that the settings name and through no other; pure."""

from dashboard.entrance.asgi import Scope, peer, values
from reconciler.facts.sign_in import Door, among


def address_of(scope: Scope, door: Door) -> str:
    """Return the address of whoever asks: the last one that no proxy of ours is, as those proxies tell it."""
    here = peer(scope)
    told = [part.strip() for line in values(scope, "x-forwarded-for") for part in line.split(",")]
    while told and among(here, door.proxies):
        here = told.pop()
    return here


def came_past_the_proxy(scope: Scope, door: Door) -> bool:
    """Return whether a request came neither through a proxy of the settings nor from this very machine."""
    if not door.proxies:
        return False
    here = peer(scope)
    return not among(here, (*door.proxies, "127.0.0.0/8", "::1"))
