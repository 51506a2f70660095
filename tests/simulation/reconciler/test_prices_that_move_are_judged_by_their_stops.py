"""Where nothing but prices moves, what was kept of a leg says at each price what one says who begins anew."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from reconciler.comparison.compare import compare
from reconciler.comparison.kept import NOTHING_KEPT
from reconciler.comparison.outcome import CompareSettings, Comparison
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.expectation import Expectation, StopPolicy
from reconciler.facts.finding import Kind
from tests.reconciler.accounts import leg, listed, market, merged, reading, row, stop, utc
from tests.simulation.reconciler.test_what_is_kept_changes_nothing import said
from verification.facts.account import Position, PositionMode, RestingOrder
from verification.facts.leg import Side
from verification.facts.prices import PriceKind

SYMBOL = "AVL/USDT:USDT"
MARKETS = {SYMBOL: market(SYMBOL, step="1")}
QUIET = CompareSettings(dust_notional=Decimal(5))
RISES = (("10", 0.0), ("11", 30.0), ("40", 60.0), ("10", 90.0))

Step = tuple[str | None, str | None, str, str]
steps = st.lists(
    st.tuples(
        st.sampled_from(["10", "10.5", "9.5", "11", "8.5", "9", "40", None]),
        st.sampled_from([None, None, None, "5", "9.2"]),
        st.sampled_from([*["10"] * 9, "9.1"]),
        st.sampled_from([*["43"] * 9, "44"]),
    ),
    min_size=3,
    max_size=6,
)
"""At each look: the mark, the liquidation price, the entry price, and what is held."""


@st.composite
def resting(draw: st.DrawFn) -> tuple[RestingOrder, ...]:
    """One that covers all, mostly, and others beside."""
    orders = []
    for number in range(draw(st.integers(1, 3))):
        others = number > 0
        side = draw(st.sampled_from([Side.SELL, Side.BUY])) if others else Side.SELL
        size = draw(st.sampled_from([None, "43", "20"])) if others else "43"
        made = stop(
            f"s{number}",
            side,
            size,
            trigger=draw(st.sampled_from(["9", "9.5", "10.5"])) if others else "9",
            reduce_only=not (others and draw(st.booleans())),
        )
        watches = draw(st.sampled_from([PriceKind.MARK, None, PriceKind.LAST]))
        triggered = others and draw(st.booleans())
        orders.append(replace(made, watches=watches, triggered=triggered))
    return tuple(orders)


def shown(step: Step, *, sign: int, attached: str | None) -> Position:
    mark, liquidation, entry, held = step
    return structs.replace(
        listed(held, version=1, mark=mark),
        quantity=sign * Decimal(held),
        entry_price=Decimal(entry),
        liquidation_price=None if liquidation is None else Decimal(liquidation),
        attached_stop=None if attached is None else Decimal(attached),
    )


class Looks:
    """Looks at one leg again and again, by what is kept and anew."""

    def __init__(self, believed: Expectation, orders: tuple[RestingOrder, ...]) -> None:
        self.rows, self.orders, self.kept, self.repriced = (believed,), orders, NOTHING_KEPT, 0
        self.view: VenueView | None = None

    def look(self, position: Position, second: float) -> Comparison:
        """Return what both say of it."""
        read = reading([position], second=second, stops=self.orders)
        self.view = view = merged(read, previous=self.view)
        comparing = partial(
            compare,
            self.rows,
            view,
            markets=MARKETS,
            mode=PositionMode.ONE_WAY,
            settings=QUIET,
            now=utc(second),
            ledger_at=utc(second),
        )
        anew, taken = comparing(kept=NOTHING_KEPT), comparing(kept=self.kept)
        assert said(taken) == said(anew)
        before, now = self.kept.legs.get(leg()), taken.kept.legs.get(leg())
        self.repriced += now is not None and now.before is not None and now is not before
        self.kept = taken.kept
        return taken


rows = st.builds(
    lambda sign, size, policy: row(str(sign * Decimal(size)), policy=policy, stops=("s0",)),
    st.sampled_from([1, 1, 1, -1]),
    st.sampled_from(["43", "43", "43.4"]),
    st.sampled_from([StopPolicy.VENUE, *StopPolicy]),
)


@settings(max_examples=120, deadline=None)
@given(steps, resting(), rows, st.sampled_from([None, None, None, "9"]))
def test_both_say_the_same_at_every_price(
    story: list[Step], orders: tuple[RestingOrder, ...], believed: Expectation, attached: str | None
) -> None:
    looks = Looks(believed, orders)
    for number, step in enumerate(story):
        looks.look(shown(step, sign=believed.direction.sign, attached=attached), 30.0 * number)


def test_the_price_that_passes_a_stop_ends_what_was_kept() -> None:
    held = stop("s0", Side.SELL, "43", trigger="9")
    looks = Looks(row("43", policy=StopPolicy.VENUE, stops=("s0",)), (held,))
    for second, (mark, liquidation) in enumerate([("10", "5"), ("10.5", "5.5"), ("9.5", None)]):
        compared = looks.look(shown((mark, liquidation, "10", "43"), sign=1, attached=None), 30.0 * second)
        (told,) = compared.legs
        assert (told.mark_price, told.notional) == (Decimal(mark), 43 * Decimal(mark))
        assert told.liquidation_price == (None if liquidation is None else Decimal(liquidation))
        assert not compared.findings
    assert looks.repriced == 2
    past = looks.look(shown(("8.5", None, "10", "43"), sign=1, attached=None), 120.0)
    assert [each.kind for each in past.findings] == [Kind.UNPROTECTED_POSITION]
    beyond = looks.look(shown(("10", "9.2", "10", "43"), sign=1, attached=None), 150.0)
    assert [each.kind for each in beyond.findings] == [Kind.UNPROTECTED_POSITION]
    assert looks.repriced == 2


def test_a_rest_within_a_lot_is_told_once_it_is_worth_something() -> None:
    looks = Looks(row("43.4", policy=StopPolicy.SOFTWARE), ())
    told = [
        looks.look(shown((mark, None, "10", "43"), sign=1, attached=None), at).ignored for mark, at in RISES
    ]
    assert [len(each) for each in told] == [0, 0, 1, 0]
