"""What a difference waits for until people are told of it, or what has decided that they are; pure."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from reconciler.account.look import Judged, Look
from reconciler.comparison.kept import legs_of
from reconciler.facts.wording import clock
from reconciler.kinds.registry import is_blindness
from reconciler.views.account import PositionView
from verification.facts.leg import LegKey


def shown_after(look: Look, before: Mapping[LegKey, PositionView]) -> dict[LegKey, PositionView]:
    """Return the rows of all legs after a look; of symbols that it was not of, those from before."""
    rows = {} if look.symbols is None else dict(before)
    for key in legs_of(look.reading.account, look.symbols or ()):
        rows.pop(key, None)
    for row in with_waits(look):
        rows[LegKey(row.account, row.symbol, row.leg)] = row
    return rows


def with_waits(look: Look) -> Iterator[PositionView]:
    """Yield the rows of a look; of legs that differ with what has to come before people are told, or came."""
    waiting: dict[tuple[str, str], list[str]] = {}
    for judged in look.judged:
        if not is_blindness(judged.finding.kind):
            key = (judged.finding.symbol, judged.finding.leg.value)
            waiting.setdefault(key, []).append(_words(judged, look))
    if not waiting:
        yield from look.comparison.legs
        return
    for row in look.comparison.legs:
        told = waiting.get((row.symbol, row.leg.value))
        yield row if told is None else replace(row, waits="; ".join(told))


def _words(judged: Judged, look: Look) -> str:
    kind = judged.finding.kind.value.replace("_", " ")
    if judged.confirmed:
        return f"decided: {kind}: {judged.reason}"
    earliest = look.finished.utc + judged.wait
    return f"waits: {kind}: {judged.reason}; it is told at {clock(earliest)} at the earliest, if it lasts"
