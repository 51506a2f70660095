"""Our part of what one counter of a venue takes: what may be sent now, for which purpose, for whom; pure."""

from collections import deque
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass
from enum import Enum, auto

from verification.budget.purpose import Purpose
from verification.budget.rates import Limit

OWN: Mapping[Purpose, float] = {
    Purpose.SWEEP: 0.25,
    Purpose.LOOK: 0.12,
    Purpose.VERIFICATION: 0.08,
    Purpose.STREAM: 0.05,
}
"""Of our part, what a purpose has whatever others want: of sweeps one a minute, and what it leads to; of the
stream a few connections. Half is for whoever comes, the most urgent first."""

SWEEPS_MOST = 1 - OWN[Purpose.LOOK] - OWN[Purpose.VERIFICATION] - OWN[Purpose.STREAM]
"""Of our part, what sweeps can have at most."""

LIGHT = 2.0
"""Weight up to which a request counts as a question about one order, say."""

FOR_LIGHT = 0.25
"""Of our part, what lists of a verification leave to light requests and proofs: they tell most for least."""

MEASURED_BELOW = 0.6
"""Of our part, what may be used before nothing is measured any more: lags can be learnt another time."""

CEILINGS = {
    Purpose.MEASUREMENT: 0.4,
    Purpose.SWEEP: 0.6,
    Purpose.LOOK: 0.75,
    Purpose.STREAM: 0.9,
    Purpose.VERIFICATION: 0.9,
    Purpose.PROOF: 0.9,
    Purpose.COMMAND: 0.9,
    Purpose.OPENING: 0.95,
}
"""How much of the whole limit may be used by everybody on the address before a purpose stops asking."""

PROMISED_SECONDS = 5.0
"""How long room that was promised is left free: what it is for is asked at once, or after one answer."""

_HAIR = 1e-9  # weights may be fractions, and sums of them are off by less


class Fit(Enum):
    """Whether a request may be sent now."""

    YES = auto()
    KEPT = auto()
    """It may, out of what is kept for its purpose: so it may pass those who wait."""
    CAPPED = auto()
    """Its account, or its kind, has had its turn; others may go on."""
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
    """Counts what was sent within the window, and says what fits. Time is monotonic seconds, given.

    Attributes:
        limit: What the venue takes.
        part: What we use of it at most.
    """

    def __init__(self, limit: Limit) -> None:
        """Nothing was sent yet."""
        self.limit = limit
        self.part = self._whole = limit.most * limit.ours
        self._usable = self.part
        self._sent: deque[tuple[float, Asked]] = deque()
        self._spent = dict.fromkeys(Purpose, 0.0)
        self._had: dict[tuple[str, Purpose], float] = {}
        self._told: tuple[float, float] | None = None  # when, and what with all that we have sent since
        self._promised: dict[tuple[str, Purpose], tuple[float, float]] = {}  # weight, and until when

    def share(self, part: float, accounts: Collection[str]) -> None:
        """Use only so much of what all of us may use together, on behalf of these: others use the rest.

        What was sent for accounts that are others' by now is of their part. Where the venue tells what
        everybody on the address has used, more is used as long as all together, the bots among them, keep to
        the whole.
        """
        self.part = self._whole * part
        others = [asked for _, asked in self._sent if asked.account not in accounts]
        if others:
            self._sent = deque(each for each in self._sent if each[1].account in accounts)
            for asked in others:
                self._add(asked, -asked.weight)

    def fit(self, asked: Asked, now: float, accounts: int = 1) -> Fit:
        """Say whether a request may be sent now.

        Args:
            asked: The request.
            now: The present, monotonic seconds; never less than it was.
            accounts: How many share the budget: none of them takes nearly all of it.
        """
        if asked.purpose.trades:
            return Fit.YES
        total = self.spent(now)
        used = total if self._told is None else max(total, self._told[1])
        if used + asked.weight > self.limit.most * CEILINGS[asked.purpose] + _HAIR:
            return Fit.FULL
        if not asked.purpose.kept_to_our_part:
            return Fit.YES
        spare = 0.0 if self._told is None else self._whole - used
        self._usable = max(self.part, total + spare)
        if total + asked.weight > self._usable + _HAIR:
            # What is heavier than the whole part could never be asked: it is, where we have asked nothing.
            return Fit.YES if total == 0 else Fit.FULL
        promised = self._promised_to_others(asked, now)
        if promised and total + asked.weight + sum(promised.values()) > self._usable + _HAIR:
            return Fit.FULL
        own = self._usable * OWN.get(asked.purpose, 0.0)
        of_purpose = self._spent[asked.purpose] + promised.get(asked.purpose, 0.0)
        if of_purpose + asked.weight <= own + _HAIR:
            return Fit.KEPT
        if total and total + asked.weight + self._kept_from(asked, promised) > self._usable + _HAIR:
            return Fit.CAPPED if _heavy(asked) else Fit.FULL
        had = self.had(asked.account, now, asked.purpose)
        return (
            Fit.CAPPED if had and had + asked.weight > self._cap(asked.purpose, accounts) + _HAIR else Fit.YES
        )

    def could_fit(self, asked: Asked, now: float, seconds: float, accounts: int = 1) -> bool:
        """Return False where a request cannot fit within so many seconds, whatever comes meanwhile.

        The best that can come is that nothing else is sent, that the venue tells of nobody else, and that all
        that we may use together is ours: what was sent leaves the window when it does.
        """
        best = copy(self)
        best._sent, best._spent = deque(self._sent), dict(self._spent)  # noqa: SLF001 - its own
        best._had, best._promised = dict(self._had), dict(self._promised)  # noqa: SLF001 - its own
        best._told, best.part = None, self._whole  # noqa: SLF001 - its own
        return best.fit(asked, now + seconds, accounts) in {Fit.YES, Fit.KEPT}

    def promise(self, asked: Asked, now: float) -> None:
        """Leave room free for what an account is about to ask for a purpose, of such a weight together.

        What is more urgent does not wait for it.
        """
        self._promised[asked.account, asked.purpose] = asked.weight, now + PROMISED_SECONDS

    def _promised_to_others(self, asked: Asked, now: float) -> dict[Purpose, float]:
        if not self._promised:
            return {}
        self._promised = {place: each for place, each in self._promised.items() if each[1] > now}
        found: dict[Purpose, float] = {}
        for place, (weight, _) in self._promised.items():
            if place != (asked.account, asked.purpose) and place[1] >= asked.purpose:
                found[place[1]] = found.get(place[1], 0.0) + weight
        return found

    def _kept_from(self, asked: Asked, promised: Mapping[Purpose, float]) -> float:
        """Return what must be left to others: what is theirs, or promised to them, which is a part of it."""
        if asked.purpose is Purpose.COMMAND:
            return 0.0
        kept = promised.get(asked.purpose, 0.0) + sum(
            max(0.0, self._usable * share - self._spent[purpose], promised.get(purpose, 0.0))
            for purpose, share in OWN.items()
            if purpose is not asked.purpose
        )
        if _heavy(asked):
            return kept + self._usable * FOR_LIGHT
        if asked.purpose is Purpose.MEASUREMENT:
            return max(kept, self._usable * (1 - MEASURED_BELOW))
        return kept

    def _cap(self, purpose: Purpose, accounts: int) -> float:
        """Return the most that one of so many accounts may have."""
        if purpose is Purpose.COMMAND or accounts < 2:  # noqa: PLR2004 - alone
            return self._usable
        others = sum(share for other, share in OWN.items() if other is not purpose)
        return self._usable * (1 - others) * 2 / (accounts + 1)

    def count(self, asked: Asked, now: float) -> None:
        """Take note that a request was sent."""
        self._sent.append((now, asked))
        self._add(asked, asked.weight)
        place = (asked.account, asked.purpose)
        if place in self._promised:
            weight, until = self._promised.pop(place)
            if weight > asked.weight:
                self._promised[place] = weight - asked.weight, until
        if self._told is not None:
            self._told = (self._told[0], self._told[1] + asked.weight)

    def told(self, used: float, now: float) -> None:
        """Take note of the weight that the venue says everybody on the address has used by now."""
        self._told = (now, used)

    def spent(self, now: float) -> float:
        """Return the weight that we have sent within the window, for whatever purpose."""
        self._forget(now)
        return sum(self._spent.values()) if self._sent else 0.0

    def used(self, now: float) -> float:
        """Return the part of the venue's whole limit that is used, by all who are known to use it."""
        told = 0.0 if self._told is None else self._told[1]
        return max(self.spent(now), told) / self.limit.most

    def had(self, account: str, now: float, purpose: Purpose) -> float:
        """Return what was sent for an account and a purpose within the window."""
        self._forget(now)
        return self._had.get((account, purpose), 0.0)

    def changes(self, now: float) -> float | None:
        """Return in how many seconds something stops to count; None where nothing does."""
        self._forget(now)
        starts = [self._sent[0][0]] if self._sent else []
        starts += [self._told[0]] if self._told is not None else []
        ends = [start + self.limit.window for start in starts]
        ends += [until for _, until in self._promised.values() if until > now]
        return max(0.0, min(ends) - now) if ends else None

    def when(self, asked: Asked, now: float) -> float:
        """Return in how many seconds a request will fit, about: if nothing else is sent until then."""
        over = self.spent(now) + asked.weight + self._kept_from(asked, {}) - self.part
        told = 0.0 if self._told is None else self._told[0] + self.limit.window - now
        if over <= _HAIR:
            return max(0.0, told)
        for at, each in self._sent:
            over -= each.weight
            if over <= _HAIR:
                return max(0.0, at + self.limit.window - now)
        return self.limit.window

    def _add(self, asked: Asked, weight: float) -> None:
        self._spent[asked.purpose] += weight
        place = (asked.account, asked.purpose)
        self._had[place] = self._had.get(place, 0.0) + weight

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0][0] <= now - self.limit.window:
            _, asked = self._sent.popleft()
            self._add(asked, -asked.weight)
        if not self._sent:  # sums of fractions do not end at zero by themselves
            self._spent = dict.fromkeys(Purpose, 0.0)
            self._had.clear()
        if self._told is not None and now - self._told[0] >= self.limit.window:
            self._told = None


def _heavy(asked: Asked) -> bool:
    """Return True of a list that a verification asks for."""
    return asked.purpose is Purpose.VERIFICATION and asked.weight > LIGHT
