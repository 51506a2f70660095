"""When both sides of each leg were last seen to hold the same: a doubt about it is over then; pure."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from reconciler.comparison.kept import Calm, is_sound, legs_of
from reconciler.comparison.outcome import Comparison
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.finding import FindingKey, Kind
from verification.facts.clock import Moment
from verification.facts.leg import LegKey
from verification.facts.slices import Effort, Slices, cut

_NEVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 1024
"""How many legs at rest are glanced at in one slice."""


class LegsAtRest:
    """The legs of one account."""

    def __init__(self) -> None:
        """None was seen yet."""
        self._since: dict[LegKey, Moment] = {}
        self._calm: dict[LegKey, Calm] = {}

    def since(self, leg: LegKey, asked: Moment) -> bool:
        """True when a look begun after `asked` saw both sides hold the same on a leg."""
        seen = self._since.get(leg)
        return seen is not None and seen.monotonic > asked.monotonic

    def agreed(self, view: VenueView) -> dict[LegKey, datetime]:
        """Return when each leg that a view covers was last seen so, aware UTC."""
        keys = self._since if view.symbols is None else legs_of(view.account, view.symbols)
        agreed: dict[LegKey, datetime] = {}
        last: tuple[Moment | None, datetime] = (None, _NEVER)
        for key in keys:
            at = self._since.get(key)
            if at is None:
                continue
            if at is not last[0]:  # most were seen so by one look
                last = (at, at.utc)
            agreed[key] = last[1]
        return agreed

    def note(self, comparison: Comparison, held: Mapping[LegKey, object], started: Moment) -> Slices[None]:
        """Take note of the legs on which a look saw both sides hold the same: nothing, too.

        A leg that neither side names any more is in no list of legs; whoever waits for a doubt about it to
        end would wait for ever.

        Args:
            comparison: Of the look.
            held: Every leg that was ever shown to hold something.
            started: When the look began.
        """
        view, kept = comparison.check.view, comparison.kept
        names = (kept.beliefs.keys(), held.keys(), comparison.check.settled)
        keys: Collection[LegKey]
        calm_ones = kept.legs if is_sound(view) else {}  # or they are of an earlier look
        if view.symbols is None:
            # Nearly all are as they were when this was last asked of them.
            same: set[LegKey] = set()
            for part in cut(calm_ones.items(), _AT_ONCE):
                same.update([key for key, calm in part if self._calm.get(key) is (calm.before or calm)])
                yield
            self._since.update(dict.fromkeys(same, started))
            keys = {key for each in names if not each <= same for key in each - same}
        else:
            keys = [key for key in legs_of(view.account, view.symbols) if any(key in each for each in names)]
        effort = Effort()
        for key in keys:
            calm = calm_ones.get(key)
            known = calm is not None and self._calm.get(key) is calm.judgement
            if known or comparison.clears(FindingKey(Kind.UNVERIFIED_OPEN, key.account, key.symbol, key.leg)):
                self._since[key] = started
                if calm is not None:
                    self._calm[key] = calm.judgement
            if effort.spent(glanced=known):
                yield
