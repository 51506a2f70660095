"""Who has the lease of one account ends no word of a person about another, whatever its own clock says."""

from datetime import datetime, timedelta

from reconciler.alerts.alert import Alert
from reconciler.alerts.event import Detected, Observed
from reconciler.alerts.said import Acknowledge, Said, Snooze
from reconciler.facts.lease import Holder
from reconciler.storage import alerts, persons
from reconciler.storage.database import Database
from reconciler.storage.held_store import HeldStore
from reconciler.storage.store import Store
from tests.reconciler.alert_life import after, finding
from tests.reconciler.claimed import claimed
from tests.reconciler.storage.test_leases import SetClock

THERE = Holder("b", "there", 2)
ENDS = timedelta(minutes=10)


async def fires(held: HeldStore, at: datetime, symbol: str) -> None:
    found = finding(account="main", symbol=symbol)
    await held.observe(Observed((Detected(found, at, confirmed=True),)), now=at)


def open_alerts(database: Database) -> list[Alert]:
    with database.read() as connection:
        return list(alerts.open_alerts(connection))


def say(database: Database, store: Store, alert: int, said: Said) -> None:
    with database.write() as connection:
        persons.say(connection, alert, said, store.shared.settings, now=said.at)


async def test_an_acknowledgement_and_a_snooze_end_by_the_clock_of_whoever_watches_their_account(
    database: Database,
) -> None:
    clock = SetClock()
    async with Store(database) as store:
        ours = await claimed(store, clock, "main")
        other = await claimed(store, clock, "other", by=THERE)
        for symbol in ("AVL/USDT:USDT", "BTC/USDT:USDT"):
            await fires(ours, after(0), symbol)
        first, second = open_alerts(database)
        at = after(1)
        say(database, store, first.id, Acknowledge("ann", "on it", at, "cli", until=at + ENDS))
        say(database, store, second.id, Snooze("ann", "later", at, "cli", until=at + ENDS))

        late = after(60)  # by the clock of the machine that watches the other account
        await other.observe(Observed(), now=late)
        await other.report_silence(Observed(), now=late)

        first, second = open_alerts(database)
        assert first.acknowledgement is not None
        assert second.hold is not None

        await ours.observe(Observed(), now=after(12))

        first, second = open_alerts(database)
        assert first.acknowledgement is None
        assert second.hold is None
