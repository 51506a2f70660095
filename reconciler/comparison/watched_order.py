"""An order that a verification ended as not executed, as not known, or as a rollback: it may fill late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.facts.expectation import Expectation, ExpectationState
from reconciler.facts.finding import Evidence, Party
from reconciler.facts.wording import clock, number
from reconciler.views.verification import VerificationView
from verification.facts.leg import LegKey
from verification.facts.order_identity import goes_by
from verification.facts.question import OpenQuestion, Question
from verification.facts.verdict import VerdictKind
from verification.rules.working_order import RESTING

BEFORE_ASKED = timedelta(minutes=1)
"""How long before the question its order may have executed: a ledger tells of an order after it was sent."""

SOURCE = "verification"
"""The source of the line of evidence that an order is read back from."""

_DOUBTED = frozenset({VerdictKind.UNKNOWN.value, VerdictKind.REFUTED.value, RESTING})


@dataclass(frozen=True, slots=True)
class WatchedOrder:
    """One order and the verification that spoke on it last.

    Attributes:
        key: The leg it is on.
        order: The venue's id of the order, or the bot's own where that is not known.
        verification: The stored verification's id.
        asks: `open` or `close`.
        verdict: unknown, resting or refuted of an open; confirmed of a close.
        sign: +1 where the position that may (re)appear is long, -1 where it is short.
        asked_at: When it was asked, aware UTC.
        decided_at: When the verdict came, aware UTC.
        executed: What the order itself has shown to have executed since, signed contracts; None if nothing.
        told: How the verification ended, as a person reads it (see `ending`); empty for an alert of before.
    """

    key: LegKey
    order: str
    verification: int
    asks: str
    verdict: str
    sign: int
    asked_at: datetime
    decided_at: datetime
    executed: Decimal | None = None
    told: str = ""

    @property
    def words(self) -> str:
        """What became of it, as it follows on "after"."""
        name = f"order {self.order}" if self.order else "an order"
        at = f"at {clock(self.decided_at)} (verification {self.verification})"
        if self.asks == "close":
            return f"{name} was confirmed to have rolled it back {at}"
        became = {VerdictKind.REFUTED.value: "refuted", RESTING: "left resting"}.get(
            self.verdict, "left unknown"
        )
        return f"{name} was {became} {at}"

    def evidence(self) -> Evidence:
        """Return the line that links a finding to the verification."""
        data = {
            "verification": str(self.verification),
            "order": self.order,
            "asks": self.asks,
            "verdict": self.verdict,
            "sign": str(self.sign),
            "asked_at": self.asked_at.isoformat(),
            "told": self.told,
        }
        since = ""
        if self.executed is not None:
            data["executed"] = str(self.executed)
            since = f"; the order has shown {number(abs(self.executed))} contracts executed since"
        ended = self.told or self.verdict
        text = f"verification {self.verification} of this {self.asks} ended {ended}{since}"
        return Evidence(Party.TRUEUP, SOURCE, text, self.decided_at, data)


def ending(view: VerificationView) -> str:
    """Say how a verification ended and why: `refuted (proof, by order): it was rejected`."""
    by = f"{view.grade}, by {view.decided_by.value}" if view.decided_by is not None else view.grade
    return f"{view.verdict}{f' ({by})' if by else ''}: {view.reason.rstrip('.')}"


def watched_order(view: VerificationView, question: Question) -> WatchedOrder | None:
    """Return what is to be watched after a stored verification; None where nothing is left to fill.

    Args:
        view: The verification, with its id.
        question: What it asked.
    """
    if isinstance(question, OpenQuestion):
        sign, may_fill = question.side.sign, view.question == "open" and view.verdict in _DOUBTED
    else:
        sign = 1 if question.position.quantity > 0 else -1
        may_fill = view.question == "close" and view.verdict == VerdictKind.CONFIRMED
    if not may_fill:
        return None
    return WatchedOrder(
        key=view.key,
        order=view.order_id,
        verification=view.id,
        asks=view.question,
        verdict=view.verdict,
        sign=sign,
        asked_at=view.asked_at,
        decided_at=view.asked_at + timedelta(milliseconds=view.milliseconds),
        told=ending(view),
    )


def from_evidence(key: LegKey, evidence: Iterable[Evidence]) -> WatchedOrder | None:
    """Return the order that the evidence of an open alert names; None if it names none."""
    for line in evidence:
        if line.party is Party.TRUEUP and line.source == SOURCE and line.at is not None:
            data = line.data
            return WatchedOrder(
                key=key,
                order=data["order"],
                verification=int(data["verification"]),
                asks=data["asks"],
                verdict=data["verdict"],
                sign=int(data["sign"]),
                asked_at=datetime.fromisoformat(data["asked_at"]),
                decided_at=line.at,
                executed=Decimal(data["executed"]) if "executed" in data else None,
                told=data.get("told", ""),
            )
    return None


def explains(
    watched: Iterable[WatchedOrder],
    held: Decimal,
    ended: Iterable[Expectation],
    *,
    appeared: datetime | None,
) -> WatchedOrder | None:
    """Return the order whose late fill a position that no live row expects may be; the newest that fits.

    Args:
        watched: The watched orders of its leg.
        held: What the venue holds, signed contracts.
        ended: The rows of the leg that lately closed or failed.
        appeared: When the position last changed, aware UTC; None if not known.
    """
    rows = tuple(ended)
    fitting = [
        each
        for each in watched
        if each.sign * held > 0
        and (appeared is None or appeared >= _earliest(each))
        and (_rolled_back(each, rows) if each.asks == "close" else not _accounted_for(each, rows))
    ]
    return max(fitting, key=lambda each: (each.decided_at, each.verification), default=None)


def _earliest(order: WatchedOrder) -> datetime:
    """Return since when a position can be of this order: one that is older was there without it."""
    return order.asked_at if order.asks == "close" else order.asked_at - BEFORE_ASKED


def _rolled_back(order: WatchedOrder, rows: Iterable[Expectation]) -> bool:
    """True when the close was that of a trade that failed: what a closed trade leaves is not its own."""
    return any(
        row.state is ExpectationState.FAILED and goes_by(order.order, *row.exit_order_ids, row.exit_client_id)
        for row in rows
    )


def _accounted_for(order: WatchedOrder, rows: Iterable[Expectation]) -> bool:
    """True when the bot has noted the fill after all, and closed that trade since."""
    return any(
        row.state is ExpectationState.CLOSED
        and goes_by(order.order, *row.entry_order_ids, row.entry_client_id)
        for row in rows
    )
