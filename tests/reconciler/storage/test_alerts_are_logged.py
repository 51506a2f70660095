"""`trueup run` writes a line for every alert that fires, worsens, is acknowledged or resolves."""

import asyncio
from datetime import datetime
from typing import Any

import structlog

from reconciler.alerts.policy import Acknowledge, AlertSettings, Clear, Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import FindingKey, Severity
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.service.alert_log import AlertLog
from reconciler.storage import alerts, persons
from reconciler.storage.database import Database
from reconciler.storage.store import Store
from tests.reconciler.alert_life import SEEN_FLAT, after, finding
from verification.facts.clock import SystemClock

SETTINGS = AlertSettings(clears_to_resolve=1)


def bad(now: datetime, severity: Severity = Severity.WARNING, *, confirmed: bool = True) -> Observed:
    return Observed((Detected(finding(severity=severity), now, confirmed),))


def clear(now: datetime) -> Observed:
    return Observed(clear={finding().identity: Clear(SEEN_FLAT, now)})


def another_process(url: str, now: datetime) -> None:
    """Acknowledge the one alert from elsewhere, as the screens do."""
    with Database.open(url, create=False) as database, database.write() as connection:
        (alert,) = alerts.open_alerts(connection)
        persons.say(connection, alert.id, Acknowledge("ann", "on it", now, "dashboard"), SETTINGS, now=now)


def test_a_person_who_asks_for_another_look_is_logged_and_heard_once(state_url: str) -> None:
    asked: list[FindingKey] = []

    async def life() -> list[Any]:
        async with Store.open(state_url, settings=SETTINGS) as store:
            told = AlertLog(store, OpenAlerts(store.open_alerts, SystemClock()), look_again=asked.append)
            await store.observe(bad(after(0)), now=after(0))
            with structlog.testing.capture_logs() as lines:
                await told.write()
                with Console.open(state_url) as console:
                    (alert,) = console.queries.alerts()
                    await asyncio.to_thread(
                        console.commands.check_again, alert.id, by="ann", origin="dashboard"
                    )
                    seen = console.queries.alert(alert.id)
                await told.write()
                await told.write()
            assert (seen.alert.state, seen.alert.acknowledgement) == (alert.state, None)
            assert (seen.transitions[-1].action, seen.transitions[-1].actor) == ("check_asked", "ann")
            return lines

    lines = asyncio.run(life())
    assert [line["event"] for line in lines] == ["alert.check_asked"]
    assert asked == [finding().identity]


def test_each_change_that_people_care_for_has_one_line_whoever_made_it(state_url: str) -> None:
    async def life() -> list[Any]:
        async with Store.open(state_url, settings=SETTINGS) as store:
            await store.observe(bad(after(0)), now=after(0))  # of a life before this one: no line
            told = AlertLog(store, OpenAlerts(store.open_alerts, SystemClock()))
            with structlog.testing.capture_logs() as lines:
                await told.write()
                await store.observe(clear(after(1)), now=after(1))
                await told.write()
                await store.observe(bad(after(1000), confirmed=False), now=after(1000))
                await told.write()
                await store.observe(bad(after(1010)), now=after(1010))
                await store.observe(bad(after(1011)), now=after(1011))  # the same, seen again
                await told.write()
                await store.observe(bad(after(1020), Severity.CRITICAL), now=after(1020))
                await asyncio.to_thread(another_process, state_url, after(1030))
                await told.write()
                await told.write()
                await store.observe(clear(after(1040)), now=after(1040))
                await told.write()
            return lines

    lines = asyncio.run(life())
    assert [line["event"] for line in lines] == [
        "alert.resolved",
        "alert.fires",
        "alert.worsens",
        "alert.acknowledged",
        "alert.resolved",
    ]
    acknowledged = lines[3]
    assert (acknowledged["by"], acknowledged["origin"], acknowledged["why"]) == ("ann", "dashboard", "on it")
    for line in lines:
        assert line["alert_id"] > 0
        assert line["symbol"] == finding().symbol
        assert line["account"] == finding().account
