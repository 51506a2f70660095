"""The legs of one comparison that need not be judged anew: what their verdict rests on has not changed."""

from datetime import datetime
from decimal import Decimal

from reconciler.comparison.kept import (
    Calm,
    Frame,
    Kept,
    Shown,
    is_calm,
    is_sound,
    is_undisputed,
    legs_of,
    shown_again,
    stays_calm,
    worth_of,
)
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.legs import Belief
from reconciler.comparison.protection import protection
from reconciler.comparison.repriced import repriced
from reconciler.comparison.scope import Scope
from reconciler.comparison.venue_view import LegView
from reconciler.views.account import PositionView
from verification.facts.clock import Moment
from verification.facts.leg import LegKey

_ZERO = Decimal(0)


class CalmLegs:
    """Takes them from what the last comparison has left, and gathers what this one leaves.

    Attributes:
        frame: What holds for every leg.
        rows: Those of the legs that are as they were, but for their prices.
        moved: Whether stops of the leg that was asked for last had to be judged anew.
        order: The legs that either side named in the last comparison of the whole account, sorted.
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
        self._before = kept.legs if self._sound else {}
        # An order of which the venue has said something may have done what its row does not say.
        self._restless = scope.moving | {ref.symbol for ref in scope.facts}
        self._taken: dict[LegKey, Calm] = {}
        self.rows: dict[LegKey, PositionView] = {}
        self.moved = False
        self.order = kept.order
        self._noted: dict[LegKey, Calm] = {}
        self._heard: tuple[Moment | None, datetime | None] = (None, None)
        self._asked = None if view.orders_sent is None else view.orders_sent.utc

    def sorted(self, keys: set[LegKey]) -> tuple[LegKey, ...]:
        """Return the legs that either side names in their order: mostly they are those of the last time."""
        if len(keys) == len(self.order) and keys.issuperset(self.order):
            return self.order
        order = tuple(sorted(keys))
        if self._scope.view.symbols is None:
            self.order = order
        return order

    def taken(self, key: LegKey, stated: Belief) -> LegCase | None:
        """Return a leg as it was judged; None where it has to be judged.

        Where only prices have moved, or where the venue would close it, its stops are judged anew.
        """
        calm, self.moved = self._before.get(key), False
        if calm is None or key.symbol in self._restless:
            return None
        scope = self._scope
        view = scope.view
        leg, book = view.legs.get(key), scope.books.of(key.symbol)
        observed = _ZERO if leg is None else leg.position.quantity
        # Its book is the one that has let it be calm.
        if not calm.agrees(self.frame, stated, book, observed) or not is_undisputed(leg):
            return None
        stops, prices = calm.protection, view.prices.get(key.symbol)
        self.moved = not calm.shown.still(leg, prices)
        again = repriced(calm, Shown.of(leg, prices)) if self.moved else calm
        if again is not None:
            self._taken[key] = again
            asked = self._asked if book.conditional is not None else None
            times = (scope.ledger_at, self._seen_at(leg), asked)
            self.rows[key] = shown_again(again.row, times, worth_of(again.row))
        else:
            ledgers = self.frame.stop_ledgers
            stops = protection(view, book, key, calm.belief, observed, stop_ledgers=ledgers)
        # By their places: by name it takes twice as long, of ten thousand legs a good part of a look.
        return LegCase(
            key,
            view,
            calm.belief,
            stated,
            observed,
            book,
            calm.difference,
            stops,
            scope.ledger_at,
            scope.now,
            None,
            scope.facts,
            scope.trades.get(key.symbol),
            scope.agreed.get(key),
            scope.alone,
            scope.watched.get(key, ()),
        )

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
                shown=Shown.of(case.leg, case.view.prices.get(case.key.symbol)),
                difference=case.difference,
                protection=case.protection,
                row=row,
            )

    def left(self) -> dict[LegKey, Calm]:
        """Return those that the next comparison may take."""
        view = self._scope.view
        now = self._taken | self._noted
        if view.symbols is None:
            return now if self._sound else dict(self._kept.legs)
        legs = dict(self._kept.legs)
        for key in legs_of(view.account, view.symbols):
            legs.pop(key, None)
        return legs | now

    def _seen_at(self, leg: LegView | None) -> datetime | None:
        """Return when a leg was seen so, aware UTC: at the same moment as its neighbour, mostly."""
        at = self._scope.view.listed if leg is None else leg.heard
        if at is not self._heard[0]:
            self._heard = (at, None if at is None else at.utc)
        return self._heard[1]
