"""Prices are asked for just where a stop cannot be judged by those that the list tells, and nowhere else."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

from reconciler.comparison.stop_judgement import Stop, wants_prices
from reconciler.comparison.stop_prices import prices_of, unpriced
from reconciler.comparison.trails import Trails
from tests.reconciler.accounts import SYMBOL, listed, reading, stop
from verification.facts.leg import Side
from verification.facts.prices import PriceKind, Prices, Trailing
from verification.facts.slices import whole

MARKS = ("10", "9.05", "9", "8", None)
WATCHED = (None, PriceKind.MARK, PriceKind.LAST)
TRAILING = (None, Trailing(activation=Decimal(11), rate=Decimal("0.01")), Trailing(rate=Decimal("0.01")))


def test_it_is_asked_where_the_rule_wants_it_and_nowhere_else() -> None:
    plain, wanted = stop("s", Side.SELL, "43"), 0
    for mark, watches, trailing, trigger in product(MARKS, WATCHED, TRAILING, (Decimal(9), None)):
        for triggered, dormant in product((False, True), repeat=2):
            order = replace(
                plain,
                watches=watches,
                trailing=trailing,
                trigger_price=trigger,
                triggered=triggered,
                dormant=dormant,
            )
            prices = Prices() if mark is None else Prices(mark=Decimal(mark))
            needs = wants_prices(Stop.of(order), prices)
            asked = whole(unpriced(reading([listed("43", mark=mark)], stops=[order]), {}, Trails()))
            assert (asked == {SYMBOL}) is needs, order
            wanted += needs
    assert 0 < wanted < len(MARKS) * len(WATCHED) * len(TRAILING) * 8


def test_what_was_asked_for_joins_the_marks_of_that_reading_alone() -> None:
    """The marks of a list are worked out once, for every reading that has it."""
    before = reading([listed("43", mark="10")])
    asked = replace(before, prices={SYMBOL: Prices(last=Decimal(9)), "X/USDT:USDT": Prices(mark=Decimal(1))})
    marks = {SYMBOL: Prices(mark=Decimal(10))}
    both = {SYMBOL: Prices(Decimal(10), Decimal(9)), "X/USDT:USDT": Prices(mark=Decimal(1))}
    assert (prices_of(before), prices_of(asked), prices_of(before)) == (marks, both, marks)
