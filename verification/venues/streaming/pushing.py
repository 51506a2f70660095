"""Whether a stream pushes what happens, or is connected and silent, over all of its lives.

A change that a position list shows and the stream does not push accuses it. A new connection acquits nobody:
it may be as deaf as the last one. Only a position that it pushes does, or lists that agree with it for long.
"""

from collections.abc import Callable, Mapping

from verification.facts.account import PositionsReading
from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, PositionSeen
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import PushProof
from verification.venues.streaming.missed_facts import MissedFacts, agrees

_LONGEST = 3600.0
"""Seconds for which lists must agree at the most."""

_GROWTH = 4.0
"""By how much longer, for each further life that has missed a change while nothing was pushed."""

_SECOND_WORD = 4.0
"""Seconds after the push that acquits a silent stream until a list is to confirm it."""

_LISTS_MOST = 5
"""Lists that are asked for to confirm a push: one that lags, or leaves out a part, may never agree."""


class Pushing:
    """Is told of lists and pushes; says since when the stream is silent, or what shows that it is not."""

    def __init__(self, rules: StreamRules) -> None:
        """Nothing is known, for it or against it."""
        self._rules = rules
        self._missed = MissedFacts(rules)
        self._silent: Moment | None = None
        self._lives = 0  # that have missed a change since it last pushed one
        self._accused = False  # in this life
        self._pushed: tuple[Moment, str] | None = None  # in this life, with nothing missing any more
        self._agreed: Moment | None = None
        self._listed: Moment | None = None
        self._acquitted: Moment | None = None  # by a push that no list has confirmed yet
        self._tries = 0
        # Rows and facts, and whether they agree.
        self._held: tuple[object, object, bool] = None, None, False

    def begin(self) -> None:
        """A list was read in this life, and holds what was missed before it."""
        self._missed.clear()

    def end(self, now: Moment) -> None:
        """The life has ended: what it missed stays held against the stream, what it has shown is past."""
        self.silent_since(now)
        self._missed.clear()
        self._accused = False
        self._pushed = self._agreed = self._listed = None
        self._acquitted = None

    def rename(self, name_now: Callable[[str], str]) -> None:
        """Hold what was missed of a contract against the name that it has now."""
        self._missed.rename(name_now)

    def compare(self, reading: PositionsReading, facts: Mapping[LegKey, Observation]) -> None:
        """Take a position list that was asked for in this life, after its first one."""
        self._missed.compare(reading, facts)
        if self.wants_list(reading.sent):
            self._tries -= 1
            if self._tries == 0 or (not self._missed.any and self._agrees(reading, facts)):
                self._acquitted = None
        if self._missed.any:
            self._agreed = self._listed = None
        elif self._agrees(reading, facts):
            self._agreed = self._agreed or reading.received
            lasted = reading.received.monotonic - self._agreed.monotonic
            if self._pushed is not None or lasted >= self._needed():
                self._silent, self._listed = None, reading.received

    def _agrees(self, reading: PositionsReading, facts: Mapping[LegKey, Observation]) -> bool:
        """Return whether a list agrees with facts; of the same rows and the same facts it is known."""
        if reading.unread or reading.unnamed is not None:
            return False
        if self._held[0] is not reading.positions or self._held[1] is not facts:
            self._held = reading.positions, facts, agrees(reading, facts)
        return self._held[2]

    def pushed(self, seen: PositionSeen) -> None:
        """Take a position that was pushed in this life."""
        self._missed.pushed(seen)
        if not self._missed.any:
            if self._silent is not None:
                self._acquitted, self._tries = seen.provenance.received, _LISTS_MOST
            self._silent, self._lives, self._accused = None, 0, False
            self._pushed = seen.provenance.received, seen.key.symbol

    def silent_since(self, now: Moment) -> Moment | None:
        """Return since when changes were shown elsewhere and not pushed; None while nothing is known."""
        due = self._missed.since(now)
        if due is not None:
            self._silent = self._silent or due
            self._lives += not self._accused
            self._accused = True
            self._pushed = self._agreed = self._listed = None
            self._acquitted = None
        return self._silent

    def wants_list(self, now: Moment) -> bool:
        """Return True when a list is to confirm that a stream which was silent pushes again.

        That is a second word: who was told of the silence need not wait for the next trade to hear that it is
        over. It comes so late that whoever looks at `proof` every few seconds has seen the first one.
        """
        return self._acquitted is not None and now.monotonic - self._acquitted.monotonic >= _SECOND_WORD

    def is_deaf(self, now: Moment) -> bool:
        """Return True when this life has missed a change for so long that it is to be replaced."""
        since = self._missed.since(now)
        return since is not None and now.monotonic - since.monotonic >= self._rules.renew_after_missed

    def proof(self) -> PushProof | None:
        """Return what last showed, in this life, that the stream pushes; None if nothing has."""
        if self._silent is not None:
            return None
        if self._listed is not None and (self._pushed is None or _later(self._listed, self._pushed[0])):
            return PushProof(self._listed, self._of_lists(self._listed))
        if self._pushed is None:
            return None
        at, symbol = self._pushed
        return PushProof(at, f"it pushed the position of {symbol}")

    def _of_lists(self, listed: Moment) -> str:
        if self._pushed is not None:
            return f"it has pushed the position of {self._pushed[1]}, and the position list agrees with it"
        assert self._agreed is not None, "lists agree since the first that did"
        lasted = listed.monotonic - self._agreed.monotonic
        return f"position lists have agreed with it for {lasted:.0f} s; it has pushed nothing yet"

    def _needed(self) -> float:
        """Return the seconds for which lists must agree with a stream that has pushed nothing."""
        return float(min(_LONGEST, self._rules.agreed_after * _GROWTH ** min(max(self._lives - 1, 0), 10)))


def _later(one: Moment, other: Moment) -> bool:
    return one.monotonic > other.monotonic
