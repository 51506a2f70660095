"""What is not raised because it is next to nothing, and how it is said: dust is never silent."""

from decimal import Decimal

from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.facts.wording import amount, number
from reconciler.kinds.registry import spec_of


def is_dust(case: LegCase, limit: Decimal) -> bool:
    """True when the sides differ, by what is worth no more than `limit` (quote currency): dust."""
    return case.difference.kind is not None and is_worth_little(case, case.apart, limit)


def is_worth_little(case: LegCase, contracts: Decimal, limit: Decimal) -> bool:
    """True when contracts are known to be worth no more than `limit` (quote currency)."""
    value = case.value(contracts)
    return value is not None and value <= limit


def lacks_stops(case: LegCase) -> bool:
    """True when stops at the venue could be read, should be there, and leave a lot or more uncovered."""
    kind = case.difference.kind
    if not case.book.stops_read or (kind is not None and spec_of(kind).tells_of_stop):
        return False
    return not case.belief.same(case.protection.uncovered, Decimal(0))


def ignored_lines(case: LegCase, limit: Decimal) -> list[str]:
    """Return what is to be said of a leg of which nothing is raised, plain lines."""
    lines = []
    if is_dust(case, limit):
        lines.append(f"the difference is {_worth(case, case.apart, limit)}: dust")
    uncovered = case.protection.uncovered
    if lacks_stops(case) and is_worth_little(case, uncovered, limit):
        lines.append(f"what has no stop is {_worth(case, uncovered, limit)}: dust")
    agrees = case.difference.verdict is LegVerdict.AGREE
    value = case.value(case.apart)
    if agrees and value is not None and value > limit:
        apart, lot = (
            amount(each, case.key.symbol, case.contract_size) for each in (case.apart, case.belief.lot)
        )
        lines.append(f"the sides differ by {apart}, worth {_short(value)}: rounding, for a lot is {lot}")
    return lines


def _worth(case: LegCase, contracts: Decimal, limit: Decimal) -> str:
    value = case.value(contracts) or Decimal(0)
    return f"worth {_short(value)}, at most {number(limit)}"


def _short(value: Decimal) -> str:
    return number(value.normalize())
