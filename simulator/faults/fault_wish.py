"""A wish for a fault: its kind and its fields by name, as JSON has them."""

from collections.abc import Callable
from typing import Any

from simulator.faults.faults import (
    Fault,
    Garbage,
    Lag,
    Phase,
    PushAction,
    PushFault,
    RequestAction,
    RequestFault,
    Source,
)


def fault_of(wish: dict[str, Any]) -> Fault:
    """Return the fault a JSON object describes.

    Raises:
        ValueError: A word is not one of those allowed.
        TypeError: A field does not belong there, or one is missing.
    """
    fields = dict(wish)
    kind = fields.pop("kind", "request")
    words: dict[str, Callable[[Any], Any]]
    words = {"phase": Phase, "garbage": Garbage, "source": Source}
    for name, word in words.items():
        if name in fields:
            fields[name] = word(fields[name])
    for name in ("seconds", "for_seconds"):
        if fields.get(name) is not None:
            fields[name] = float(fields[name])
    if fields.get("times") is not None:
        fields["times"] = int(fields["times"])
    match kind:
        case "request":
            return RequestFault(action=RequestAction(fields.pop("action")), **fields)
        case "lag":
            return Lag(**fields)
        case "push":
            return PushFault(action=PushAction(fields.pop("action")), **fields)
        case _:
            raise ValueError(f"kind must be request, lag or push, not {kind!r}")
