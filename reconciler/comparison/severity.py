"""How bad a difference is: what a comparison knows of it, asked of its kind."""

from decimal import Decimal

from reconciler.comparison.cause import cause_of
from reconciler.comparison.leg_case import LegCase
from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.severity import Stake
from reconciler.kinds.registry import spec_of


def severity_of(kind: Kind, case: LegCase, exposure: Decimal | None, large: Decimal) -> Severity:
    """Return the severity of one finding.

    Args:
        kind: What was found.
        case: The leg.
        exposure: Unsigned quote value at risk; None if unknown, which is taken for much.
        large: A mismatch of quantities worth at least this is critical whichever way it goes.
    """
    stake = Stake(
        more=case.observed is not None and abs(case.observed) > abs(case.expected),
        proved=cause_of(case).proved,
        exposure=exposure,
        large=large,
    )
    return spec_of(kind).severity.of(stake)
