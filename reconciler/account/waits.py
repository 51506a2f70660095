"""What a difference waits for until people are told of it, or what has decided that they are; pure."""

from collections.abc import Mapping

from msgspec.structs import replace

from reconciler.account.look import Judged, Look
from reconciler.comparison.kept import legs_of
from reconciler.facts.wording import clock
from reconciler.kinds.registry import is_blindness
from reconciler.views.account import PositionView
from verification.facts.leg import LegKey


def shown_after(look: Look, before: Mapping[LegKey, PositionView]) -> dict[LegKey, PositionView]:
    """Return the rows of all legs after a look; of symbols that it was not of, those from before."""
    rows = with_waits(look)
    if look.symbols is None:
        return rows
    kept = dict(before)
    for key in legs_of(look.reading.account, look.symbols):
        kept.pop(key, None)
    return kept | rows


def with_waits(look: Look) -> dict[LegKey, PositionView]:
    """Return the rows of a look, of legs that differ with what people are told of them waits for, or came."""
    waiting: dict[LegKey, list[str]] = {}
    for judged in look.judged:
        found = judged.finding
        if not is_blindness(found.kind):
            key = LegKey(found.account, found.symbol, found.leg)
            waiting.setdefault(key, []).append(_words(judged, look))
    rows = look.comparison.rows
    for key, told in waiting.items():
        if key in rows:
            rows[key] = replace(rows[key], waits="; ".join(told))
    return rows


def _words(judged: Judged, look: Look) -> str:
    kind = judged.finding.kind.value.replace("_", " ")
    if judged.confirmed:
        return f"decided: {kind}: {judged.reason}"
    earliest = look.finished.utc + judged.wait
    return f"waits: {kind}: {judged.reason}; it is told at {clock(earliest)} at the earliest, if it lasts"
