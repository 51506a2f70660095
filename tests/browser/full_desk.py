"""A state database with something of everything in it, so that each page has all its parts to show."""

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from msgspec import structs

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.act import Act
from reconciler.facts.finding import Kind, Severity
from reconciler.facts.message import ChannelView
from reconciler.record.stored_verification import record_of
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT
from reconciler.storage.mapping import alert_values
from reconciler.storage.service_store import ServiceStore
from tests.dashboard import drawn
from tests.dashboard import drawn_health as health
from tests.reconciler.claimed import beaten
from tests.verification import drawn as verifications
from verification.facts.clock import SystemClock
from verification.facts.observation import Source
from verification.facts.verification import Verification
from verification.latency.sample import LatencySample, Measure
from verification.rules.judgement import decide

LONG_NAME = f"1000000{'MOGCAT' * 6}/USDT:USDT"
OPEN_ALERTS = 4
WITH_A_RACE = 1
"""The number of the alert before which its leg was verified."""


def fill(state: str) -> None:
    """Leave what a busy hour leaves: alerts in every state, legs that agree and that differ, words of all."""
    now = SystemClock().now().utc
    found = _alerts(now)
    assert sum(each.state is not AlertState.RESOLVED for each in found) == OPEN_ALERTS
    with closing(Database.open(state, create=True)) as database, database.write() as connection:
        connection.execute(sa.insert(ALERT), [alert_values(each) | {"id": each.id} for each in found])
    asyncio.run(_look(state, now))


def _alerts(now: datetime) -> list[Alert]:
    taken = drawn.acknowledged(_one(2, Kind.UNPROTECTED_POSITION, now))
    given = taken.acknowledgement
    assert given is not None
    until = replace(given, at=now - timedelta(minutes=1), until=now + timedelta(minutes=14))
    over = replace(
        _one(5, Kind.QUANTITY_MISMATCH, now, "DOT/USDT:USDT"),
        state=AlertState.RESOLVED,
        resolved_at=now - timedelta(minutes=1),
    )
    less = Severity.WARNING
    return [
        replace(_one(WITH_A_RACE, Kind.ORPHANED_POSITION, now, "AVL/USDT:USDT"), exposure=Decimal(900)),
        replace(taken, acknowledgement=until),
        replace(_one(3, Kind.PHANTOM_POSITION, now, LONG_NAME), severity=less, exposure=None),
        replace(_one(4, Kind.QUANTITY_MISMATCH, now, "SUI/USDT:USDT"), severity=less),
        over,
    ]


def _one(number: int, kind: Kind, now: datetime, symbol: str = "BTC/USDT:USDT") -> Alert:
    told = drawn.alert(number, kind, symbol=symbol)
    begun = now - timedelta(minutes=number)
    return replace(
        told,
        evidence=tuple(replace(each, at=begun) for each in told.evidence),
        first_seen=begun,
        fired_at=begun + timedelta(seconds=2),
        last_seen=now,
    )


async def _look(state: str, now: datetime) -> None:
    later = now - drawn.NOW
    async with ServiceStore.open(state) as store:
        cycle = drawn.cycle(matched=2, legs=4, unprotected_notional=Decimal(81200))
        at = cycle.finished_at + later
        await store.save_cycle(replace(cycle, finished_at=at, last_complete_at=at))
        legs = [
            drawn.leg(verdict="differs", observed=Decimal(86)),
            drawn.leg(symbol="BTC/USDT:USDT", stop="none"),
            drawn.leg(symbol=LONG_NAME, verdict="differs"),
            drawn.leg(symbol="SOL/USDT:USDT"),
        ]
        await store.save_positions(
            "main", [structs.replace(leg, ledger_at=now, observed_at=now, stop_at=now) for leg in legs]
        )
        names = ("websocket", "rest", "order", "ledger:mybot")
        sources = [replace(drawn.source(name), last_ok=now, at=now) for name in names]
        away = replace(drawn.source("orders", "down"), detail="HTTP 503", last_ok=now - timedelta(hours=1))
        await store.save_sources([*sources, replace(away, at=now)])
        await _verified(store, now)
        await store.add_latency(
            [
                LatencySample("main", source, measure, now - timedelta(minutes=minute), typical + minute)
                for minute in range(1, 40)
                for source, measure, typical in (
                    (Source.WEBSOCKET, Measure.VISIBILITY_LAG, 20.0),
                    (Source.REST, Measure.VISIBILITY_LAG, 900.0),
                    (Source.REST, Measure.REQUEST_TIME, 70.0),
                )
            ]
        )
        await _told(store, now)
        beat = replace(drawn.beating(), at=now, started_at=now, interval_seconds=600)
        await beaten(store, SystemClock(), beat)


async def _verified(store: ServiceStore, now: datetime) -> None:
    question = verifications.opening()
    seen = (verifications.silent(at=1), verifications.order(43, ended=True, agree=True, at=2))
    verified = Verification(question, decide(question, seen), seen, decided=question.asked)
    view, evidence = record_of(verified, asked_by="bot")
    race = replace(view, account="main", symbol="AVL/USDT:USDT", asked_at=now - timedelta(minutes=1))
    await store.save_verification(race, evidence)
    await store.save_verification(replace(race, symbol=LONG_NAME, order_id="9"), evidence)


async def _told(store: ServiceStore, now: datetime) -> None:
    """Leave what a process says of itself, its channels, and what people did."""
    late = replace(health.job("sweep"), good_at=now - timedelta(hours=1), late=True, failing="HTTP 503")
    told = health.process(at=now, jobs=(late, replace(health.job("clock"), good_at=now)))
    await store.save_process(told)
    refuses = ChannelView("mail", now, now, None, now - timedelta(minutes=9), 4, now, "connection refused")
    await store.save_channels([ChannelView("phone", now, now, now), refuses])
    for number, (action, note) in enumerate(
        (("settings taken", "account swing added"), ("settings refused", "no such venue: " + "x" * 60))
    ):
        await store.add_act(Act(now - timedelta(minutes=number), "ada", "cli", action, "", note))
