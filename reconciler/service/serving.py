"""Builds the server of `trueup run` from its settings and from what this process knows."""

from collections.abc import Callable, Mapping

from reconciler.console import Console
from reconciler.serve.endpoint import House
from reconciler.serve.metrics import Metrics
from reconciler.serve.offer import ENDPOINTS, PAGES
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.serve.server import Server
from reconciler.serve.watching import Watching
from reconciler.settings import ServeSettings
from reconciler.storage.store import Store
from reconciler.version import version_here
from verification.facts.clock import Clock


def server_of(
    settings: ServeSettings,
    accounts: Mapping[str, Callable[[], Watching]],
    store: Store,
    open_alerts: OpenAlerts,
    clock: Clock,
    *,
    owed: Callable[[], float | None],
    ping_failing: Callable[[], float] | None = None,
) -> Server | None:
    """Return the server, which does not listen yet; None where nothing is to be served.

    `accounts` may change: it is looked at with every question. `owed` says for how many seconds the oldest
    message waits, `ping_failing` for how many no outward ping was taken; None where none is sent.
    """
    if settings.port == 0:
        return None
    # With ccxt, which this process has loaded by now.
    from verification.venues.ccxt.outgoing import OF_PROCESS

    house = House(
        console=Console.on(store.shared.database, clock),
        clock=clock,
        accounts=accounts,
        alerts=open_alerts,
        owed=owed,
        used=OF_PROCESS.used,
        ping_failing=ping_failing,
    )
    return Server(
        str(settings.address),
        settings.port,
        settings.hosts,
        house=house,
        endpoints=ENDPOINTS,
        pages=(*PAGES, ("/metrics", Metrics(house, version_here()).page)),
    )
