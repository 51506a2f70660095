"""Makes sure that the rooms of Trueup are its own: a bot's folder may well have a `verification` too.

Python looks into the folder of a bot before it looks among what is installed, and would take whatever stands
there under that name. Imported first; refuses with an ImportError that names what stands in.
"""

from importlib.util import find_spec
from pathlib import Path

ROOMS = ("reconciler", "verification")

_OURS = Path(__file__).resolve().parents[1]


def _found(room: str) -> list[Path]:
    spec = find_spec(room)
    return [] if spec is None else [Path(place).resolve() for place in spec.submodule_search_locations or ()]


def check(*rooms: str) -> None:
    """Raise an ImportError where something else has the name of one of our rooms."""
    for room in rooms:
        found = _found(room)
        if found != [_OURS / room]:
            stands_in = found[0] if found else getattr(find_spec(room), "origin", "nothing")
            raise ImportError(
                f"trueup needs its own package `{room}`, and Python finds {stands_in} under that name: "
                "rename it, or start the bot from another folder"
            )


check(*ROOMS)
