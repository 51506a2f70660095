"""The screens on the real state database: what the reconciler stores is what a trader sees and answers."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard import identity
from dashboard import state_reader as door
from reconciler.alerts.alert import AlertState
from reconciler.alerts.event import Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Finding, Kind, Severity
from reconciler.storage.store import Store
from tests.dashboard import drawn
from tests.dashboard.screen import WITH_THE_LINK, alert_rows, buttons, opened, run, tab, table, text, unshared
from tests.reconciler.claimed import beaten
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

FINDING = Finding(
    kind=Kind.UNPROTECTED_POSITION,
    account="main",
    symbol="BTC/USDT:USDT",
    leg=Leg.NET,
    severity=Severity.CRITICAL,
    reason="No stop rests on the exchange.",
    expected=Decimal("0.85"),
    observed=Decimal("0.85"),
    exposure=Decimal(81200),
    evidence=drawn.alert().evidence,
    contract_size=Decimal(1),
)


async def seed(url: str, now: datetime, *, beat_age: float | None = 0) -> None:
    later = now - drawn.NOW
    async with Store.open(url) as store:
        found = [replace(FINDING, symbol=symbol) for symbol in (FINDING.symbol, drawn.HOSTILE)]
        for age in (3, 1):
            at = now - timedelta(seconds=age)
            seen = tuple(Detected(finding, at, confirmed=age == 1) for finding in found)
            await store.observe(Observed(detected=seen), now=at)
        cycle = drawn.cycle(matched=1, legs=2, unprotected_notional=Decimal(81200))
        await store.save_cycle(
            replace(
                cycle,
                finished_at=cycle.finished_at + later,
                last_complete_at=cycle.finished_at + later,
            )
        )
        await store.save_positions(
            "main", [drawn.leg(), drawn.leg(symbol="DOT/USDT:USDT", verdict="differs")]
        )
        await store.save_sources([replace(drawn.source(), last_ok=now, at=now)])
        await store.add_latency(
            [
                LatencySample("main", Source.REST, Measure.VISIBILITY_LAG, now - timedelta(minutes=5), value)
                for value in (900.0, 1200.0, 3100.0)
            ]
        )
        if beat_age is not None:
            at = now - timedelta(seconds=beat_age)
            beat = replace(drawn.beating(), at=at, started_at=at, interval_seconds=600)
            await beaten(store, SystemClock(), beat)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    address = f"sqlite:///{tmp_path / 'trueup.db'}"
    monkeypatch.setenv(door.STATE_URL, address)
    monkeypatch.setattr(identity, "_headers", lambda: [identity.written(WITH_THE_LINK)])
    monkeypatch.setattr(door, "_shared", unshared())
    yield address
    door.forget(address)


@pytest.fixture
def seeded(url: str) -> str:
    asyncio.run(seed(url, datetime.now(UTC)))  # noqa: TID251 - the screens read the machine's clock
    return url


def test_every_page_shows_what_was_stored(seeded: str) -> None:
    now = opened()
    assert "2 positions need you, $162,400 at risk" in text(now)
    assert "$81,200" in text(now)
    assert "1 of 2 positions" in text(now)
    assert drawn.HOSTILE in text(now)
    assert len(alert_rows(opened("alerts"))) == 2
    assert len(table(opened("positions"))) == 2
    assert "3 samples to" in text(opened("latency"))
    assert "Nothing was verified in 7 d." in text(opened("verifications"))
    assert "no process has said how it fares" in text(opened("health"))
    assert "Nothing was done in 7 d." in text(opened("audit"))


def test_acknowledging_on_the_page_is_in_the_database(seeded: str) -> None:
    screen = opened()
    with Console.open(seeded) as console:
        first = console.queries.now().alerts[0]
    assert f"acknowledge-{first.id}" in buttons(screen)

    screen.button(key=f"acknowledge-{first.id}").click()
    run(screen)
    screen.text_input(key=f"name-{first.id}").input("ann")
    screen.text_area(key=f"note-{first.id}").input("setting a stop")
    screen.button(key=f"confirm-{first.id}").click()
    run(screen)

    with Console.open(seeded) as console:
        stored = console.queries.alert(first.id)
    assert stored.alert.state is AlertState.ACKNOWLEDGED
    given = stored.alert.acknowledgement
    assert given is not None
    assert (given.by, given.note) == ("ann", "setting a stop")
    assert stored.transitions[-1].origin == "dashboard"
    assert "Acknowledged by ann" in text(tab(screen, "acknowledged"))


def test_the_real_console_refuses_a_critical_alert_without_a_note(seeded: str) -> None:
    screen = opened()
    screen.button(key="acknowledge-1").click()
    run(screen)
    screen.text_input(key="name-1").input("ann")
    screen.button(key="confirm-1").click()
    run(screen)

    assert any("note" in str(error.value) for error in screen.error)
    with Console.open(seeded) as console:
        assert console.queries.alert(1).alert.acknowledgement is None


def test_a_database_that_is_not_there_yet_is_said_and_found_once_it_comes(url: str) -> None:
    screen = opened()
    assert "Trueup is blind: its own database could not be read." in text(screen)
    assert not screen.success

    asyncio.run(seed(url, datetime.now(UTC)))  # noqa: TID251 - the screens read the machine's clock
    assert "2 positions need you, $162,400 at risk" in text(run(screen))


def test_a_database_without_a_reconciler_is_blind(url: str) -> None:
    asyncio.run(seed(url, datetime.now(UTC), beat_age=None))  # noqa: TID251 - the machine's clock
    screen = opened()

    assert "Trueup is blind: the reconciler has never run here." in text(screen)
    assert not screen.success


def test_a_damaged_database_is_said_and_not_taken_for_empty(url: str) -> None:
    Path(url.removeprefix("sqlite:///")).write_bytes(b"this is not a database" * 100)
    screen = opened()

    assert "Trueup is blind: its own database could not be read." in text(screen)
    assert "No alert needs you" not in text(screen)


def test_a_database_that_took_the_place_of_another_is_read_once_the_first_has_gone_quiet(url: str) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the screens read the machine's clock
    path = Path(url.removeprefix("sqlite:///"))
    asyncio.run(seed(url, now, beat_age=7200))
    screen = opened()
    assert "the reconciler has been silent for 2 h" in text(screen)

    for leftover in path.parent.iterdir():
        leftover.unlink()
    asyncio.run(seed(url, now))

    assert "2 positions need you, $162,400 at risk" in text(run(screen))
