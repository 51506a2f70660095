"""An account is taken out of the settings of the real `trueup run`, put back, or is another reconciler's."""

import signal
from pathlib import Path

import pytest

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import Kind
from tests.postgres import Server
from tests.processes.several import Field, field
from tests.processes.test_two_reconcilers import server_of
from tests.wire.simulated import order

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.timeout(300)]


def orphans(there: Field, account: str) -> list[Alert]:
    """The alerts of the one position that no bot knows, as one account sees it; newest first."""
    return list(there.console.queries.alerts(kinds=[Kind.ORPHANED_POSITION], accounts=[account]))


def states(there: Field, account: str) -> list[AlertState]:
    return [alert.state for alert in orphans(there, account)]


async def told_of_both(there: Field, server: Server | None) -> None:
    """Wait until the position is told on both accounts."""
    both = [[AlertState.FIRING], [AlertState.FIRING]]
    await there.until(
        lambda: [states(there, account) for account in ("main", "other")] == both,
        within=90,
        what=f"the orphan of both accounts on {server or 'a file'}",
    )


# Each database and each end once: the two have nothing to do with each other, and both together wait long.
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        pytest.param("sqlite", signal.SIGTERM, id="stopped-sqlite"),
        pytest.param("postgres", signal.SIGKILL, id="killed-postgres", marks=pytest.mark.postgres),
    ],
)
async def test_its_alerts_are_retired_and_fire_anew_when_it_comes_back(
    kind: str, how: signal.Signals, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = server_of(kind, request)
    async with field(tmp_path, server) as there:
        order(there.venue, "100")
        with_both = await there.start("with-both", "main", "other")
        await told_of_both(there, server)
        await with_both.end(how)

        without = await there.start("without", "main")
        # Of one that was killed a server knows only by the end of its lease, and it is asked once a minute.
        await there.until(
            lambda: states(there, "other") == [AlertState.RETIRED], within=150, what="that it is retired"
        )
        await there.until(lambda: without.said("alert.retired"), within=30, what="the line of it")
        view = there.console.queries.now()
        positions = there.console.queries.positions()
        for stored in (view.cycles, view.sources, view.watches, positions):
            assert {each.account for each in stored} <= {"main"}
        assert orphans(there, "other")[0].retired == "account other is no longer in the settings"
        assert states(there, "main") == [AlertState.FIRING]
        await without.end(signal.SIGTERM)

        await there.start("with-both", "main", "other")
        await there.until(
            lambda: states(there, "other") == [AlertState.FIRING, AlertState.RETIRED],
            within=90,
            what="a new episode",
        )


async def test_what_another_reconciler_watches_is_not_retired_though_it_is_down(tmp_path: Path) -> None:
    async with field(tmp_path) as there:
        order(there.venue, "100")
        ours = await there.start("ours", "main")
        theirs = await there.start("theirs", "other")
        await told_of_both(there, None)

        for down in (False, True):
            if down:
                await theirs.end(signal.SIGKILL)
            await ours.end(signal.SIGTERM)
            ours = await there.start("ours", "main")
            await there.watched_by(ours)
            assert states(there, "other") == [AlertState.FIRING]
            assert "other" in {each.account for each in there.console.queries.watches()}
