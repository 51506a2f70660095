"""Sources that contradict each other about an order that was verified, before its verdict or after; pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.account.findings.unverified import when_said
from reconciler.comparison.watched_order import SOURCE, ending
from reconciler.facts.finding import Evidence, Finding, FindingKey, Party
from reconciler.facts.wording import number
from reconciler.kinds.sources_disagree import SPEC, sentence_of_order
from reconciler.views.verification import VerificationView
from verification.facts.leg import LegKey
from verification.facts.observation import OrderSeen, PositionSeen
from verification.facts.order_identity import is_of
from verification.facts.verification import Verification
from verification.rules.contradiction import Contradiction, contradictions, of_order
from verification.rules.judgement import decide
from verification.rules.working_order import RESTING

DISAGREEMENT_WATCHED_FOR = timedelta(minutes=30)
"""How long after its verdict what is said of an order is held against it; and how long a word stays told."""

RECENT = 1000
"""How many words are kept for a verification that is learned of later: a bot's comes from its journal."""


@dataclass(slots=True)
class _Verified:
    """A verified order, and the words on it that differ."""

    view: VerificationView
    verification: Verification
    words: list[OrderSeen]
    decided_at: datetime
    leg: LegKey

    def adds(self, word: OrderSeen) -> bool:
        """Take one more word; False if it is of another order, or says what is known."""
        if not is_of(self.verification.question, word):
            return False
        if any(_claim(word) == _claim(each) for each in self.words):
            return False
        self.words.append(word)
        return True


class Disagreements:
    """The verified orders of one account, and the contradictions about them that are still to be stored."""

    def __init__(self) -> None:
        """Nothing was verified yet."""
        self._orders: dict[int, _Verified] = {}
        self._recent: deque[OrderSeen] = deque(maxlen=RECENT)
        self._waiting: dict[FindingKey, Finding] = {}

    def learn(self, view: VerificationView, verification: Verification, *, now: datetime) -> None:
        """Take note of a stored verification, the sidecar's or a bot's.

        Two verifications of one order, a bot's and the sidecar's, are held against each other.

        Args:
            view: How it is shown, with its id.
            verification: All that it saw.
            now: The present, aware UTC.
        """
        self._forget(now)
        decided_at = view.asked_at + timedelta(milliseconds=view.milliseconds)
        if now - decided_at > DISAGREEMENT_WATCHED_FOR:
            return
        seen = verification.observations
        leg, others = verification.question.key, self._orders.values()
        # Nearly all words are of another leg, and a busy account has thousands of them.
        known = [word for word in self._recent if word.key == leg]
        known += [word for other in others for word in other.words if word.key == leg]
        self._orders[view.id] = order = _Verified(view, verification, [], decided_at, leg)
        own = [each for each in seen if isinstance(each, OrderSeen)]
        for word in (*own, *known):
            order.adds(word)
        self._find(order, contradictions(verification.question, (*seen, *order.words)))
        for word in own:
            self.on_order(word)

    def on_order(self, word: OrderSeen) -> None:
        """Take note of what a source says of an order now: what was decided may turn out not to be so."""
        self._recent.append(word)
        for order in self._orders.values():
            if order.leg == word.key and order.adds(word):
                found = of_order(order.words)
                self._find(order, () if found is None else (found,))

    def waiting(self) -> tuple[Finding, ...]:
        """Return what was found and is not stored yet."""
        return tuple(self._waiting.values())

    def stored(self, findings: Sequence[Finding]) -> None:
        """Take note that these are stored: they need not be told of again."""
        for finding in findings:
            if self._waiting.get(finding.identity) == finding:
                del self._waiting[finding.identity]

    def _find(self, order: _Verified, found: Sequence[Contradiction]) -> None:
        for each in found:
            finding = _finding(order, each)
            self._waiting[finding.identity] = finding

    def _forget(self, now: datetime) -> None:
        self._orders = {
            place: order
            for place, order in self._orders.items()
            if now - order.decided_at <= DISAGREEMENT_WATCHED_FOR
        }


def is_of_sources(evidence: Sequence[Evidence]) -> bool:
    """Return True if an alert's evidence is a contradiction about a verified order."""
    return any(line.party is Party.TRUEUP and line.source == SOURCE for line in evidence)


def _claim(word: OrderSeen) -> tuple[Decimal, bool, bool | None]:
    return word.executed, word.terminal, word.trades_agree


def _finding(order: _Verified, found: Contradiction) -> Finding:
    view, verified = order.view, order.verification
    whole = decide(verified.question, (*verified.observations, *order.words))
    waits = view.verdict == RESTING and not whole.conclusive
    otherwise = str(whole.kind) != view.verdict and not waits
    told = f"verification {view.id} of this {view.question} ended {view.verdict}"
    line = Evidence(
        party=Party.TRUEUP,
        source=SOURCE,
        text=f"verification {view.id} of this {view.question} ended {ending(view)}",
        at=order.decided_at,
        data={"verification": str(view.id), "order": view.order_id},
    )
    return Finding(
        kind=SPEC.kind,
        account=view.account,
        symbol=view.symbol,
        leg=view.leg,
        severity=SPEC.severity.where(otherwise=otherwise),
        reason=sentence_of_order(found.reason, ended=told, instead=str(whole.kind) if otherwise else ""),
        evidence=(_word(found.one), _word(found.other), line),
    )


def _word(seen: OrderSeen | PositionSeen) -> Evidence:
    came = seen.provenance
    at, data = when_said(came)
    if isinstance(seen, OrderSeen):
        data |= {"order": seen.order_id, "executed": number(seen.executed), "status": seen.status}
        ended = f"{seen.status}, " + ("ended" if seen.terminal else "not ended")
        text = f"order {seen.order_id} is {ended}, {number(abs(seen.executed))} contracts executed"
        return Evidence(Party.EXCHANGE, came.source.value, text, at, data)
    data |= {"quantity": number(seen.quantity)}
    return Evidence(
        Party.EXCHANGE, came.source.value, f"the leg holds {number(seen.quantity)} contracts", at, data
    )
