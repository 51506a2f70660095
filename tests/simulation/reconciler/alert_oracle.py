"""The oracle of alerts: one for each condition, over restarts; acknowledged until it grows; the cadence."""

from collections.abc import Iterator

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.event import Owed
from reconciler.facts.finding import FindingKey
from tests.simulation.reconciler.episode import SWEEP
from tests.simulation.reconciler.sight import Sight
from tests.simulation.reconciler.venue import TIMEOUT


def one_at_a_time(sight: Sight) -> Iterator[str]:
    """A2: of each condition there is one open alert, and people are told first once in its life."""
    open_alerts: dict[FindingKey, int] = {}
    first: set[int] = set()
    for entry in sight.episode.diary:
        alert = entry.after
        held = open_alerts.get(alert.key)
        if held not in (None, alert.id):
            yield f"{alert.key.kind} of {alert.key.symbol} {alert.key.leg} twice at {entry.at:.2f}"
        if entry.decision.owed is Owed.FIRST:
            if alert.id in first:
                yield f"{alert.key.kind} of {alert.key.symbol} told as new again at {entry.at:.2f}"
            first.add(alert.id)
        if alert.state.open:
            open_alerts[alert.key] = alert.id
        elif held == alert.id:
            del open_alerts[alert.key]


def by_decisions_only(sight: Sight) -> Iterator[str]:
    """A3: alerts and acknowledgements outlive a crash: only a recorded decision changes them."""
    known: dict[int, Alert] = {}
    for entry in sight.episode.diary:
        if entry.before is not None and known.get(entry.before.id) != entry.before:
            yield f"alert {entry.before.id} ({entry.before.key.kind}) had changed by {entry.at:.2f}"
        known[entry.after.id] = entry.after
    for number, alert in known.items():
        if sight.episode.store.alerts.get(number) != alert:
            yield f"alert {number} ({alert.key.kind}) has changed, or is gone"


def acknowledged_until_worse(sight: Sight) -> Iterator[str]:
    """A5: an acknowledgement ends when it gets worse, and only then or when its time is over."""
    for entry in sight.episode.diary:
        before, after = entry.before, entry.after
        if before is None or before.acknowledgement is None or before.state is not AlertState.ACKNOWLEDGED:
            continue
        given = before.acknowledgement
        grown = (
            given.exposure is not None
            and after.exposure is not None
            and after.exposure > given.exposure
            and after.exposure * 10 >= given.exposure * 11
        )
        worse = grown or after.severity.rank > given.severity.rank
        quiet = after.state is AlertState.ACKNOWLEDGED
        found = after.count > before.count
        if quiet and found and worse:
            yield f"{after.key.kind} of {after.key.symbol} got worse at {entry.at:.2f}, and nobody is told"
        told = entry.decision.owed in {Owed.WORSE, Owed.ACKNOWLEDGEMENT_EXPIRED}
        if after.state is AlertState.FIRING and not told:
            yield f"{after.key.kind} of {after.key.symbol} fires again at {entry.at:.2f} for no reason"


def kept_looking(sight: Sight) -> Iterator[str]:
    """O2: sweeps keep their interval, whatever the wall clock does; a look that hangs delays the next."""
    longest = 2 * SWEEP + 2 * TIMEOUT
    lives = [0.0, *(up for _, up in sight.episode.downs)]
    ends = [*(down for down, _ in sight.episode.downs), sight.episode.plan.end]
    for begins, over in zip(lives, ends, strict=True):
        times = [at for at, _ in sight.episode.store.cycles if begins <= at <= over]
        for one, other in zip([begins, *times], [*times, over], strict=True):
            if other - one > longest:
                yield f"nothing was published from {one:.1f} to {other:.1f}"
