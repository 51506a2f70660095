"""The conditions that live in the state machine of alerts, and how bad they are found."""

from decimal import Decimal

from hypothesis import strategies as st

from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from tests.reconciler.alert_life import finding
from tests.reconciler.storage.alert_model import Found

BTC, AVL = "BTC/USDT:USDT", "AVL/USDT:USDT"
ORPHAN = FindingKey(Kind.ORPHANED_POSITION, "main", AVL, finding().leg)
UNPROTECTED = FindingKey(Kind.UNPROTECTED_POSITION, "main", BTC, finding().leg)
PHANTOM = FindingKey(Kind.PHANTOM_POSITION, "main", BTC, finding().leg)
UNVERIFIED = FindingKey(Kind.UNVERIFIED_OPEN, "main", BTC, finding().leg)
CONDITIONS = (ORPHAN, UNPROTECTED, PHANTOM, UNVERIFIED)
NEVER_BY_OTHERS = {Kind.ORPHANED_POSITION, Kind.UNPROTECTED_POSITION}

conditions = st.sampled_from([ORPHAN, ORPHAN, ORPHAN, PHANTOM, PHANTOM, UNPROTECTED, UNVERIFIED])
founds = st.builds(
    Found,
    critical=st.booleans(),
    exposure=st.sampled_from([1000, 1090, 1200]),
    beyond=st.sampled_from([43, 43, 86]),
)

SAID = {"acknowledged", "snoozed", "intended"}
ENDS = {
    "worsened",
    "acknowledgement_expired",
    "snooze_ended",
    "intent_ended",
    "resolved",
    "retired",
    "closed",
}


def drawn(key: FindingKey, found: Found) -> Finding:
    """The finding of a condition that is that bad; 43 are in the bots' books."""
    return finding(
        kind=key.kind,
        symbol=key.symbol,
        severity=Severity.CRITICAL if found.critical else Severity.WARNING,
        exposure=Decimal(found.exposure),
        observed=Decimal(43 + found.beyond),
    )
