"""Our part of what one counter of a venue takes: what may be sent now, for which purpose, for whom; pure."""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from verification.purpose import Purpose
from verification.rates import Limit

GUARANTEED = {Purpose.VERIFICATION: 0.2, Purpose.LOOK: 0.05, Purpose.SWEEP: 0.2}
"""Of our part, what is kept for a purpose whatever others want."""

_KEPT_FROM = {
    Purpose.MEASUREMENT: (Purpose.SWEEP, Purpose.LOOK, Purpose.VERIFICATION),
    Purpose.SWEEP: (Purpose.LOOK, Purpose.VERIFICATION),
    Purpose.LOOK: (Purpose.SWEEP, Purpose.VERIFICATION),
    Purpose.STREAM: (Purpose.SWEEP,),
    Purpose.VERIFICATION: (Purpose.SWEEP,),
    Purpose.COMMAND: (),
}

SWEEPS_MOST = 1 - GUARANTEED[Purpose.LOOK] - GUARANTEED[Purpose.VERIFICATION]
"""Of our part, what sweeps can have at most."""

CEILINGS = {
    Purpose.MEASUREMENT: 0.4,
    Purpose.SWEEP: 0.6,
    Purpose.LOOK: 0.75,
    Purpose.STREAM: 0.9,
    Purpose.VERIFICATION: 0.9,
    Purpose.COMMAND: 0.9,
}
"""How much of the whole limit may be used by everybody on the address before a purpose stops asking."""

_HAIR = 1e-9  # weights may be fractions, and sums of them are off by less


class Fit(Enum):
    """Whether a request may be sent now."""

    YES = auto()
    KEPT = auto()
    """It may, out of what is kept for its purpose: so it may pass those who wait."""
    CAPPED = auto()
    """Its account has had its turn; others may go on."""
    FULL = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is counted.

    Attributes:
        weight: In the counter's own measure.
        purpose: What it is for.
        account: On whose behalf.
    """

    weight: float
    purpose: Purpose
    account: str


class Budget:
    """Counts what was sent within the window, and says what fits. Time is monotonic seconds, given."""

    def __init__(self, limit: Limit) -> None:
        """Nothing was sent yet."""
        self._limit = limit
        self.part = limit.most * limit.ours
        self._sent: deque[tuple[float, Asked]] = deque()
        self._told: tuple[float, float] | None = None

    def fit(self, asked: Asked, now: float, accounts: int = 1) -> Fit:
        """Say whether a request may be sent now.

        Args:
            asked: The request.
            now: The present, monotonic seconds.
            accounts: How many share the budget: none of them takes nearly all of it.
        """
        if asked.purpose.trades:
            return Fit.YES
        spent = self._by_purpose(now)
        total = sum(spent.values())
        if self._used(total, now) + asked.weight > self._limit.most * CEILINGS[asked.purpose] + _HAIR:
            return Fit.FULL
        if total + asked.weight > self.part + _HAIR:
            # What is heavier than the whole part could never be asked: it is, where we have asked nothing.
            return Fit.YES if total == 0 else Fit.FULL
        own = self.part * GUARANTEED.get(asked.purpose, 0.0)
        if asked.purpose is Purpose.SWEEP and spent[Purpose.SWEEP] + asked.weight <= own + _HAIR:
            return Fit.KEPT
        kept = sum(
            max(0.0, self.part * GUARANTEED[purpose] - spent[purpose])
            for purpose in _KEPT_FROM[asked.purpose]
        )
        if total + asked.weight + kept > self.part + _HAIR:
            return Fit.YES if total == 0 else Fit.FULL
        if asked.purpose is Purpose.COMMAND or accounts < 2:  # noqa: PLR2004 - alone
            return Fit.YES
        had = self.had(asked.account, now, asked.purpose)
        reach = 1 - sum(GUARANTEED[purpose] for purpose in _KEPT_FROM[asked.purpose])
        cap = self.part * reach * 2 / (accounts + 1)
        return Fit.CAPPED if had and had + asked.weight > cap + _HAIR else Fit.YES

    def count(self, asked: Asked, now: float) -> None:
        """Take note that a request was sent."""
        self._sent.append((now, asked))

    def told(self, used: float, now: float) -> None:
        """Take note of the weight that the venue says everybody on the address has used by now."""
        self._told = (now, used)

    def spent(self, now: float) -> float:
        """Return the weight that we have sent within the window, for whatever purpose."""
        return sum(self._by_purpose(now).values())

    def had(self, account: str, now: float, purpose: Purpose) -> float:
        """Return what was sent for an account and a purpose within the window."""
        start = now - self._limit.window
        return sum(
            each.weight
            for at, each in self._sent
            if at > start and each.account == account and each.purpose is purpose
        )

    def changes(self, now: float) -> float | None:
        """Return in how many seconds something stops to count; None where nothing does."""
        self._forget(now)
        ends = [at + self._limit.window - now for at, _ in self._sent]
        if self._told is not None:
            ends.append(self._told[0] + self._limit.window - now)
        return max(0.0, min(ends)) if ends else None

    def when(self, asked: Asked, now: float, accounts: int = 1) -> float:
        """Return in how many seconds a request fits, if nothing else is sent until then."""
        self._forget(now)
        ends = {at + self._limit.window for at, _ in self._sent}
        if self._told is not None:
            ends.add(self._told[0] + self._limit.window)
        for end in sorted(ends):
            if self.fit(asked, end, accounts) in {Fit.YES, Fit.KEPT}:
                return max(0.0, end - now)
        return self._limit.window

    def _used(self, total: float, now: float) -> float:
        """Return what all on the address have used: the venue's word with what we sent since, or more."""
        if self._told is None or now - self._told[0] >= self._limit.window:
            return total
        at, used = self._told
        return max(total, used + sum(each.weight for sent, each in self._sent if sent > at))

    def _by_purpose(self, now: float) -> dict[Purpose, float]:
        start = now - self._limit.window
        spent = dict.fromkeys(Purpose, 0.0)
        for at, each in self._sent:
            if at > start:
                spent[each.purpose] += each.weight
        return spent

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0][0] <= now - self._limit.window:
            self._sent.popleft()
        if self._told is not None and now - self._told[0] >= self._limit.window:
            self._told = None
