"""What a comparison knows about any condition, an open alert's among them: found, gone, or not judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from reconciler.comparison.at_work import is_unknown
from reconciler.comparison.book import RestingBooks
from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.proof import evidence_of, order_line
from reconciler.comparison.protection import StopState
from reconciler.comparison.venue_view import LegView, VenueView
from reconciler.facts.expectation import OrderRole
from reconciler.facts.finding import Evidence, FindingKey, Party
from reconciler.kinds.form.resolution import Gone, LegState, NotKnown, OrdersState
from reconciler.kinds.registry import spec_of
from verification.facts.account import Part
from verification.facts.leg import LegKey
from verification.facts.observation import Source

_SHOWN = 5
"""Of the orders that rest so many are shown."""


class ConditionState(StrEnum):
    """Whether a condition holds."""

    FOUND = "found"
    CLEAR = "clear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConditionAnswer:
    """What is known of one condition.

    Attributes:
        state: Whether it holds.
        reason: One plain sentence.
        evidence: What shows that it is gone; empty unless CLEAR.
    """

    state: ConditionState
    reason: str
    evidence: tuple[Evidence, ...] = ()


def _nothing() -> tuple[Evidence, ...]:
    return ()


class _Told(NamedTuple):
    """An answer whose evidence is not gathered yet: most who ask only want to know whether it is so."""

    state: ConditionState
    reason: str
    shown: Callable[[], tuple[Evidence, ...]] = _nothing


@dataclass(frozen=True, slots=True)
class ConditionCheck:
    """Everything a comparison knows, kept to answer for conditions it did not find.

    Attributes:
        view: The venue's side.
        found: The conditions that were found.
        cases: Every leg compared.
        settled: Legs on which both sides hold the same, up to dust.
        ledgers_complete: Whether every ledger could be read.
        ledger_at: When the ledgers were read, aware UTC.
        moving: Symbols whose rows changed meanwhile.
        books: The resting orders.
    """

    view: VenueView
    found: frozenset[FindingKey]
    cases: Mapping[LegKey, LegCase]
    settled: frozenset[LegKey]
    ledgers_complete: bool
    ledger_at: datetime | None
    moving: frozenset[str]
    books: RestingBooks

    def judge(self, key: FindingKey) -> ConditionAnswer:
        """Return what is known of a condition, and what shows it. Seeing nothing is UNKNOWN, never CLEAR."""
        told = self._told(key)
        return ConditionAnswer(told.state, told.reason, told.shown())

    def state(self, key: FindingKey) -> ConditionState:
        """Return whether a condition holds, as `judge` does, without gathering what shows it."""
        return self._told(key).state

    def _told(self, key: FindingKey) -> _Told:
        if key in self.found:
            return _Told(ConditionState.FOUND, "it was found again")
        resolution = spec_of(key.kind).resolution
        on_leg, on_orders = resolution.on_leg, resolution.on_orders
        if key.account != self.view.account or (on_leg is None and on_orders is None):
            return _Told(ConditionState.UNKNOWN, "this comparison does not judge it")
        if not self.view.covers(key.symbol):
            return _Told(ConditionState.UNKNOWN, f"{key.symbol} was not read this time")
        if key.symbol in self.moving:
            return _Told(ConditionState.UNKNOWN, "the ledger changed while the exchange was read")
        leg = LegKey(key.account, key.symbol, key.leg)
        if on_leg is None:
            assert on_orders is not None, "one of both judges"
            return _answer(on_orders(self._orders_state(leg)), partial(self._resting, leg))
        case = self.cases.get(leg)
        if resolution.on_no_leg is not None and (case is None or case.belief.market is None):
            line = "no trade that claims anything of it in any ledger"
            shown = Evidence(Party.BOT, "ledger", line, self.ledger_at, {})
            return _answer(resolution.on_no_leg(self.ledgers_complete), lambda: (shown,))
        if case is None:
            return self._of_no_leg(leg)
        if case.difference.verdict is LegVerdict.UNKNOWN:
            return _Told(ConditionState.UNKNOWN, "one side could not be read")
        return _answer(on_leg(self._leg_state(case)), partial(evidence_of, case))

    def _orders_state(self, leg: LegKey) -> OrdersState:
        book, case = self.books.of(leg.symbol), self.cases.get(leg)
        return OrdersState(
            read=book.ordinary is not None and book.conditional is not None,
            held_known=self.view.knows(leg),
            differs=case is not None and case.difference.kind is not None,
            ledgers_complete=self.ledgers_complete,
        )

    def _resting(self, leg: LegKey) -> tuple[Evidence, ...]:
        """Return what rests: the complete lists in which what is gone is missing."""
        at = (self.view.orders_sent or self.view.read_at).utc
        book = self.books.of(leg.symbol)
        orders = (*(book.ordinary or {}).values(), *(book.conditional or {}).values())
        if not orders:
            return (Evidence(Party.EXCHANGE, Part.ORDERS.value, "no order rests", at, {}),)
        return tuple(order_line(order, leg.symbol, None, at) for order in orders[:_SHOWN])

    def _leg_state(self, case: LegCase) -> LegState:
        return LegState(
            settled=case.key in self.settled,
            differs=case.difference.kind is not None,
            ledgers_complete=self.ledgers_complete,
            contradicted=case.leg is not None and case.leg.contrary is not None,
            record_sure=case.stated.sure,
            held=case.observed != 0,
            stops_read=case.book.stops_read or case.protection.state is StopState.RESTING,
            stop_doubtful=case.protection.doubtful,
            entry_at_work=case.protection.entry_since is not None,
            entry_unknown=_unknown(case, OrderRole.ENTRY),
            exit_unknown=_unknown(case, OrderRole.EXIT),
        )

    def _of_no_leg(self, leg: LegKey) -> _Told:
        """Judge a leg that neither side names: it is gone only if both sides were seen to be without it."""
        if not self.ledgers_complete:
            return _Told(ConditionState.UNKNOWN, "not every ledger could be read")
        if not self.view.knows(leg):
            unread = self.view.why_unread(leg.symbol)
            return _Told(ConditionState.UNKNOWN, unread or "the position list could not be read")
        known = self.view.legs.get(leg)
        lists = self.view.lists_of(leg.symbol)
        if known is None and (lists is None or lists.reads < 2):  # noqa: PLR2004 - one list may lag
            return _Told(ConditionState.UNKNOWN, "a single list without it proves nothing")
        shown = partial(self._neither, known)
        return _Told(ConditionState.CLEAR, "neither side holds anything any more", shown)

    def _neither(self, known: LegView | None) -> tuple[Evidence, ...]:
        told = "the position list is complete and does not show it" if known is None else "holds nothing"
        at = self.view.listed if known is None else known.heard
        source = Source.REST if known is None else known.source
        return (
            Evidence(Party.EXCHANGE, source.value, told, None if at is None else at.utc, {}),
            Evidence(Party.BOT, "ledger", "no trade on it in any ledger", self.ledger_at, {}),
        )


def _unknown(case: LegCase, role: OrderRole) -> bool:
    return any(is_unknown(share, role, case.book, case.facts) for share in case.belief.shares)


def _answer(judged: Gone | NotKnown, shown: Callable[[], tuple[Evidence, ...]]) -> _Told:
    if isinstance(judged, Gone):
        return _Told(ConditionState.CLEAR, judged.reason, shown)
    return _Told(ConditionState.UNKNOWN, judged.reason)
