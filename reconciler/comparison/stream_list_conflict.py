"""A stream and position lists that go on showing one leg differently: nobody can say yet which is right."""

from datetime import timedelta

from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.proof import evidence_of
from reconciler.facts.finding import Finding
from reconciler.facts.wording import duration, holding
from reconciler.kinds.sources_disagree import SPEC, sentence_of_leg
from verification.facts.observation import Source

LISTS = 3
SPAN = timedelta(seconds=60)
"""How many lists over how long a time must say otherwise: the slowest list known is that far behind."""

SPAN_OF_ONE_VERSION = timedelta(seconds=5)
"""The same where they say so of one version, which no lag explains: only a push still under way may."""


def conflict_of(case: LegCase) -> Finding | None:
    """Return the finding that lists contradict what is believed of a leg; None while a lag may explain it."""
    leg = case.leg
    against = None if leg is None else leg.contrary
    if leg is None or against is None:
        return None
    lists, lasted = against.lists.reads, against.lists.seconds
    span = SPAN_OF_ONE_VERSION if against.tied else SPAN
    if lists < LISTS or lasted < span.total_seconds():
        return None
    said_by = leg.source.value if leg.push_epoch is None else Source.WEBSOCKET.value
    symbol, size = case.key.symbol, case.contract_size
    return Finding(
        kind=SPEC.kind,
        account=case.key.account,
        symbol=symbol,
        leg=case.key.leg,
        severity=SPEC.severity.usual,
        reason=sentence_of_leg(
            said_by,
            holding(leg.quantity, symbol, size),
            lists=lists,
            lasted=duration(lasted),
            shown=holding(against.quantity, symbol, size),
            version=str(leg.version) if against.tied else None,
        ),
        expected=case.belief.expected,
        observed=case.observed,
        exposure=case.value(against.quantity - leg.quantity),
        evidence=evidence_of(case),
        contract_size=size,
    )
