"""The outcome of one comparison, and the numbers it goes by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from reconciler.comparison.condition_check import ConditionAnswer, ConditionCheck, ConditionState
from reconciler.comparison.confidence import Confidence
from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.kept import NOTHING_KEPT, Kept
from reconciler.comparison.traded import TradesWanted
from reconciler.facts.finding import Finding, FindingKey
from reconciler.kinds.registry import DIFFERENCES
from reconciler.views.account import PositionView
from verification.facts.leg import LegKey
from verification.facts.order_fact import OrderRef


@dataclass(frozen=True, slots=True)
class CompareSettings:
    """The numbers of the comparison.

    Attributes:
        dust_notional: A difference worth no more than this (quote currency) is ignored, with its reason.
        large_exposure: A quantity mismatch worth at least this is critical whichever way it goes.
        entry_grace: How long an entry may work partly filled before its missing stop is told.
    """

    dust_notional: Decimal = Decimal(1)
    large_exposure: Decimal = Decimal(1000)
    entry_grace: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A difference that is not raised, and why."""

    key: LegKey
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one comparison found.

    Attributes:
        account: The account's name in the settings.
        findings: What differs, ordered by identity. Not confirmed yet.
        confidence: For the confirmation of each.
        legs: Every leg compared, for the screens, in the order of `check.cases`; `kinds` is left empty.
        matched: Legs on which both sides hold the same, up to dust.
        unprotected_notional: Quote value of open positions that no stop covers; None if untold.
        ignored: Differences that were not raised, and why.
        problems: What could not be compared, plain lines.
        check: What the comparison can say about any condition; asked through `condition`.
        wanted: Orders of which the venue's own word would tell more, the most telling first.
        wanted_trades: Symbols whose trades would tell who else has traded them.
        kept: What the next comparison need not work out again.
    """

    account: str
    findings: tuple[Finding, ...]
    confidence: Mapping[FindingKey, Confidence]
    legs: tuple[PositionView, ...]
    matched: int
    unprotected_notional: Decimal | None
    ignored: tuple[Ignored, ...]
    problems: tuple[str, ...]
    check: ConditionCheck
    wanted: tuple[OrderRef, ...] = ()
    wanted_trades: tuple[TradesWanted, ...] = ()
    kept: Kept = NOTHING_KEPT

    @property
    def in_flight(self) -> frozenset[LegKey]:
        """Legs whose difference is shown to be of the bots' own orders, and that are within their time."""
        flying = (
            LegKey(leg.account, leg.symbol, leg.leg)
            for leg in self.legs
            if leg.verdict == LegVerdict.IN_FLIGHT
        )
        return frozenset(key for key in flying if self.check.cases[key].difference.accounted)

    def with_confirmed(self, confirmed: Iterable[FindingKey]) -> "Comparison":
        """Return it with the legs of confirmed differences as differing: in flight is a matter of time."""
        over = {(key.symbol, key.leg) for key in confirmed if key.kind in DIFFERENCES}
        if not over:
            return self
        late = LegVerdict.IN_FLIGHT.value
        legs = tuple(
            structs.replace(leg, verdict=LegVerdict.DIFFERS.value)
            if leg.verdict == late and (leg.symbol, leg.leg) in over
            else leg
            for leg in self.legs
        )
        return replace(self, legs=legs)

    @property
    def rows(self) -> dict[LegKey, PositionView]:
        """Every leg compared, by its key."""
        return dict(zip(self.check.cases, self.legs, strict=True))

    def condition(self, key: FindingKey) -> ConditionAnswer:
        """Return whether a condition was found, is shown to be gone, or could not be judged."""
        return self.check.judge(key)

    def clears(self, key: FindingKey) -> bool:
        """Return whether a condition is shown to be gone."""
        return self.check.state(key) is ConditionState.CLEAR
