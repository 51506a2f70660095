"""How bad a difference is: critical, unless it is proved to be less. What is only likely lowers nothing."""

from decimal import Decimal

from reconciler.comparison.cause import cause_of
from reconciler.comparison.leg_case import LegCase
from reconciler.facts.finding import Kind, Severity


def severity_of(kind: Kind, case: LegCase, exposure: Decimal | None, large: Decimal) -> Severity:
    """Return the severity of one finding.

    Args:
        kind: What was found.
        case: The leg.
        exposure: Unsigned quote value at risk; None if unknown, which is taken for much.
        large: A mismatch of quantities worth at least this is critical whichever way it goes.
    """
    if kind is Kind.PHANTOM_POSITION and cause_of(case).proved:
        # Its own stop or exit did all of it: the bot is late, nobody is exposed.
        return Severity.WARNING
    if kind is Kind.QUANTITY_MISMATCH:
        more = case.observed is not None and abs(case.observed) > abs(case.expected)
        return Severity.CRITICAL if more or exposure is None or exposure >= large else Severity.WARNING
    return Severity.CRITICAL
