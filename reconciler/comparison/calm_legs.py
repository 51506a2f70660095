"""The legs of one comparison that need not be judged anew: what their verdict rests on has not changed."""

from datetime import datetime
from decimal import Decimal

from reconciler.comparison.kept import (
    Calm,
    Frame,
    Kept,
    Shown,
    Times,
    is_calm,
    is_sound,
    is_undisputed,
    legs_of,
    shown_again,
    stays_calm,
)
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.legs import Belief
from reconciler.comparison.protection import protection
from reconciler.comparison.repriced import repriced
from reconciler.comparison.scope import Scope
from reconciler.views.account import PositionView
from verification.facts.clock import Moment
from verification.facts.leg import LegKey

_ZERO = Decimal(0)


class CalmLegs:
    """Takes them from what the last comparison has left, and gathers what this one leaves.

    Attributes:
        frame: What holds for every leg.
    """

    def __init__(self, scope: Scope, kept: Kept) -> None:
        """Nothing is taken yet."""
        view = scope.view
        frame = Frame(
            scope.settings,
            scope.mode,
            scope.stop_ledgers,
            scope.ledgers_complete,
            view.orders is not None,
            view.conditional_orders is not None,
            scope.alone,
        )
        self.frame = kept.framed(frame)
        self._scope = scope
        self._kept = kept
        self._sound = is_sound(view)
        # An order of which the venue has said something may have done what its row does not say.
        self._restless = scope.moving | {ref.symbol for ref in scope.facts}
        self._taken: dict[LegKey, Calm] = {}
        self._noted: dict[LegKey, Calm] = {}
        self._heard: tuple[Moment | None, datetime | None] = (None, None)
        self._asked = None if view.orders_sent is None else view.orders_sent.utc

    def taken(self, key: LegKey, stated: Belief) -> LegCase | None:
        """Return a leg as it was judged; None where it has to be judged.

        Where only prices have moved, or where the venue would close it, its stops are judged anew.
        """
        calm, view = self._kept.legs.get(key), self._scope.view
        if calm is None or not self._sound or key.symbol in self._restless:
            return None
        leg, book = view.legs.get(key), self._scope.books.of(key.symbol)
        observed = _ZERO if leg is None else leg.quantity
        # Its book is the one that has let it be calm.
        if not calm.agrees(self.frame, stated, book, observed) or not is_undisputed(leg):
            return None
        stops = calm.protection
        again = calm if calm.shown.still(view, key) else repriced(calm, Shown.of(view, key))
        if again is not None:
            self._taken[key] = again
        else:
            ledgers = self.frame.stop_ledgers
            stops = protection(view, book, key, calm.belief, observed, stop_ledgers=ledgers)
        scope = self._scope
        return LegCase(
            key=key,
            view=view,
            belief=calm.belief,
            stated=stated,
            observed=observed,
            book=book,
            difference=calm.difference,
            protection=stops,
            ledger_at=scope.ledger_at,
            now=scope.now,
            facts=scope.facts,
            traded=scope.trades.get(key.symbol),
            agreed=scope.agreed.get(key),
            alone=scope.alone,
            watched=scope.watched.get(key, ()),
        )

    def row(self, case: LegCase) -> PositionView | None:
        """Return the row of a leg that is as it was, but for its prices; None where it is not."""
        calm = self._taken.get(case.key)
        if calm is None:
            return None
        asked = self._asked if case.book.conditional is not None else None
        return shown_again(calm.row, times=Times(case.ledger_at, self._seen_at(case), asked))

    def note(self, case: LegCase, row: PositionView) -> None:
        """Take note of a leg of which nothing is found, said or wanted."""
        if not self._sound or case.key.symbol in self._restless or case.observed is None:
            return
        calm = is_calm(case.difference.verdict, case.belief, case.protection)
        if calm and stays_calm(case.leg, case.book):
            self._noted[case.key] = Calm(
                frame=self.frame,
                stated=case.stated,
                belief=case.belief,
                book=case.book,
                observed=case.observed,
                shown=Shown.of(case.view, case.key),
                difference=case.difference,
                protection=case.protection,
                row=row,
            )

    def left(self) -> dict[LegKey, Calm]:
        """Return those that the next comparison may take."""
        view = self._scope.view
        now = {**self._taken, **self._noted}
        if view.symbols is None:
            return now if self._sound else dict(self._kept.legs)
        legs = dict(self._kept.legs)
        for key in legs_of(view.account, view.symbols):
            legs.pop(key, None)
        return legs | now

    def _seen_at(self, case: LegCase) -> datetime | None:
        """Return when a leg was seen so, aware UTC: at the same moment as its neighbour, mostly."""
        at = case.view.listed if case.leg is None else case.leg.heard
        if at is not self._heard[0]:
            self._heard = (at, None if at is None else at.utc)
        return self._heard[1]
