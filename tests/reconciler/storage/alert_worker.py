"""A process that writes alerts until it is killed: `python -m tests....alert_worker URL ROLE SEED`.

As `sweep` it finds and clears the same few conditions over and over; as `person` it acknowledges what fires
and prints each note only after the acknowledgement was confirmed as durable.
"""

import random
import sys
from decimal import Decimal

from reconciler.alerts.alert import AlertState
from reconciler.alerts.policy import AlertSettings, Clear, Detected, Observed
from reconciler.console import AlertCommandError, Console
from reconciler.storage import alerts
from reconciler.storage.database import Database
from tests.reconciler.alert_life import SEEN_FLAT, finding
from verification.facts.clock import SystemClock

SYMBOLS = [f"S{number}/USDT:USDT" for number in range(4)]


def sweep(url: str, rng: random.Random) -> None:
    """Find or clear one condition after another, for ever."""
    clock = SystemClock()
    with Database.open(url, create=False) as database:
        while True:
            found = finding(symbol=rng.choice(SYMBOLS), exposure=Decimal(rng.randint(500, 5000)))
            now = clock.now().utc
            observed = Observed((Detected(found, now, confirmed=True),))
            if rng.random() < 0.3:
                observed = Observed(clear={found.identity: Clear(SEEN_FLAT, now)})
            with database.write() as connection:
                alerts.observe(connection, observed, AlertSettings(clears_to_resolve=1), now=now)


def person(url: str, name: str) -> None:
    """Acknowledge whatever fires, for ever."""
    number = 0
    with Console.open(url) as console:
        while True:
            for alert in console.queries.alerts(states=[AlertState.FIRING]):
                number += 1
                note = f"{name}-{number}"
                try:
                    console.commands.acknowledge(alert.id, by=name, note=note, origin="cli")
                except AlertCommandError:
                    continue  # a sweep was faster and resolved it
                sys.stdout.write(note + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    address, role, seed = sys.argv[1:]
    if role == "sweep":
        sweep(address, random.Random(seed))
    else:
        person(address, f"person{seed}")
