"""One leg in a few words, the worst of verdict and stop first. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from reconciler.facts.wording import is_inverse
from reconciler.views.account import PositionView
from verification.facts.leg import Leg


class Grade(IntEnum):
    """How bad a leg stands, worst first."""

    BAD = 0
    UNSEEN = 1
    POOR = 2
    MOVING = 3
    GOOD = 4


@dataclass(frozen=True, slots=True)
class LegState:
    """How a leg stands.

    Attributes:
        grade: How bad that is.
        text: It in words.
    """

    grade: Grade
    text: str


SIGNS = {
    Grade.BAD: "✗",
    Grade.UNSEEN: "?",
    Grade.POOR: "!",
    Grade.MOVING: "~",
    Grade.GOOD: "✓",
}

_STOP = {
    "none": (Grade.BAD, "no stop"),
    "idle": (Grade.BAD, "stop would not act"),
    "partial": (Grade.POOR, "stop too small"),
    "unknown": (Grade.UNSEEN, "stop not seen"),
}
_WELL = {"resting": "covered", "software": "the bot keeps its stop"}
_MOVING = {"opening": "Opening, in time", "closing": "Closing, in time"}


def state_of(leg: PositionView) -> LegState:
    """Return how a leg stands: never good where its stop is missing, small, asleep or not seen."""
    grade, said = _verdict(leg)
    stop = _STOP.get(leg.stop)
    if stop is None:
        well = _WELL.get(leg.stop)
        return LegState(grade, f"{said}, {well}" if well and grade is Grade.GOOD else said)
    if grade is Grade.GOOD:
        return LegState(stop[0], _begun(stop[1]))
    if stop[0] < grade:
        return LegState(stop[0], f"{_begun(stop[1])}, {said[0].lower()}{said[1:]}")
    return LegState(grade, said if stop[0] is Grade.UNSEEN else f"{said}, {stop[1]}")


def covered_by(leg: PositionView) -> str:
    """Say what stands for its stop; empty where none is needed."""
    if leg.stop == "not needed":
        return ""
    return {"resting": "rests", "software": "the bot's own", "none": "none"}.get(
        leg.stop, _STOP[leg.stop][1].removeprefix("stop ") if leg.stop in _STOP else leg.stop
    )


def side_of(leg: PositionView) -> str:
    """Return its side as the exchange shows it, else as the bot believes; `flat`; empty if unknown."""
    if leg.leg is not Leg.NET:
        return leg.leg.value
    for signed in (leg.observed, leg.expected):
        if signed:
            return "long" if signed > 0 else "short"
    return "" if leg.observed is None else "flat"


def believed(leg: PositionView) -> Decimal | None:
    """Return what the bots believe; zero where their books were read and have nothing of it."""
    return Decimal(0) if leg.expected is None and leg.ledger_at is not None else leg.expected


def pnl_of(leg: PositionView) -> Decimal | None:
    """Return the unrealised result, quote currency, at the mark that is shown; None where it cannot be told.

    For linear contracts: (mark - entry) x signed base amount.
    """
    known = (leg.observed, leg.contract_size, leg.entry_price, leg.mark_price)
    if any(each is None for each in known) or not leg.observed or is_inverse(leg.symbol):
        return None
    signed, size, entry, mark = (each for each in known if each is not None)
    return (mark - entry) * signed * size


def _verdict(leg: PositionView) -> tuple[Grade, str]:
    match leg.verdict:
        case "agree":
            return Grade.GOOD, "Agrees"
        case "dust":
            return Grade.GOOD, "Agrees but for dust"
        case "in flight":
            return Grade.MOVING, _MOVING.get(leg.ledger_state, "In motion, in time")
        case "differs":
            return Grade.BAD, _difference(leg)
        case _:
            return Grade.UNSEEN, "Could not be read"


def _difference(leg: PositionView) -> str:
    expected, observed = leg.expected or 0, leg.observed or 0
    if not expected:
        return "Not in the books"
    if not observed:
        return "Gone"
    return "Opposite sides" if expected * observed < 0 else "Sizes differ"


def _begun(text: str) -> str:
    return text[0].upper() + text[1:]
