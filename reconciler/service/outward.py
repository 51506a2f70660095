"""Builds from the settings the ping, the Alertmanager, and what hears phones."""

from functools import partial

from reconciler.console import Console
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.serve.watching import Watching
from reconciler.service.alertmanager import Alertmanaging, Manager
from reconciler.service.fleet import Fleet
from reconciler.service.joint_sight import JointSight
from reconciler.service.notifying import Notifying
from reconciler.service.ping import Pinging
from reconciler.service.replying import Replying
from reconciler.service.served_channel import Posting
from reconciler.settings import Settings
from reconciler.storage.store import Store
from verification.facts.clock import Clock


def pinging_of(
    url: str | None, fleet: Fleet, notifying: Notifying, store: Store, clock: Clock, *, shared: bool
) -> Pinging | None:
    """Return what pings somebody outside; None where there is no address to ping.

    Where accounts are `shared` with other processes, one of them says how all are, and each how its own are.
    """
    if url is None:
        return None

    def owed() -> float | None:
        # Without a channel nobody is owed anything: then the screens are all that there is.
        return notifying.oldest_owed() if notifying.serves else 0.0

    def watchings() -> list[Watching]:
        told = [watching() for watching in fleet.watching.values()]
        return [each for each in told if not each.shared]

    others = None
    if shared:
        console = Console.on(store.shared.database, clock)
        others = JointSight(console, fleet, partial(_has_the_first, fleet))
    return Pinging(url, watchings, owed, clock, others)


def replying_of(posting: Posting, fleet: Fleet, store: Store, clock: Clock) -> Replying:
    """Return what hears the phones, while the first account is ours."""
    return Replying(posting.phones, store, partial(_has_the_first, fleet), clock)


def _has_the_first(fleet: Fleet) -> bool:
    """Return whether the first account of the settings is ours: that process does what is done once."""
    first = min(fleet.watching, default="")
    return any(each.lease.account == first for each in fleet.held())


def alertmanaging_of(
    settings: Settings, fleet: Fleet, store: Store, open_alerts: OpenAlerts, clock: Clock
) -> Alertmanaging | None:
    """Return what tells an Alertmanager; None where none is set."""
    url = settings.alertmanager_url()
    if url is None:
        return None
    manager = Manager(url, settings.alertmanager.name, settings.dashboard.link)
    others = bool(settings.notify)
    return Alertmanaging(manager, store, open_alerts, fleet.held, clock, others=others)
