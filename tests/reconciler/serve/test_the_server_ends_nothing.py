"""A port that is taken, an answer that fails, a state database that is away: told, and the watch goes on."""

import asyncio
from pathlib import Path

import pytest
import structlog.testing

from reconciler.serve import health, server
from reconciler.serve.watching import Watching
from tests.reconciler.serve.served import INTERVAL, known, served


async def test_a_taken_port_is_told_once_and_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AGAIN_SECONDS", 0.05)
    async with served(tmp_path) as first:
        other = server.Server(
            "127.0.0.1", first.port, (), house=first.server.house, endpoints=health.ENDPOINTS, pages=()
        )
        with structlog.testing.capture_logs() as lines:
            second = asyncio.create_task(other.run())
            await first.clock.sleep(0.5)
            assert not second.done()
            first.serving.cancel()
            async with asyncio.timeout(10):
                while not any(line["event"] == "serve.served" for line in lines):
                    await first.clock.sleep(0.02)
            assert (await first.ask("/healthz")).json == {"alive": True}
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)

    told = [line for line in lines if line["event"] == "serve.not_served"]
    assert len(told) == 1
    assert "in use" in told[0]["why"]
    assert "[serve] port" in told[0]["hint"]


async def test_an_unexpected_error_is_an_answer_and_a_line_with_its_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path) as house:
        monkeypatch.setattr(house.console.queries, "now", lambda: 1 / 0)
        with structlog.testing.capture_logs() as lines:
            reply = await house.ask("/api/v1/status", token=house.viewer)

        assert reply.status == 500
        assert "division" not in reply.json["error"]
        assert [line["event"] for line in lines] == ["serve.error"]
        assert lines[0]["exc_info"]
        assert (await house.ask("/healthz")).status == 200


async def test_while_the_state_database_is_away_health_is_told_from_memory(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        assert (await house.ask("/readyz")).json == {"ready": True, "reasons": [], "waiting": []}
        (tmp_path / "trueup.db").rename(tmp_path / "gone.db")
        reply = await house.ask("/api/v1/positions", token=house.viewer)
        assert reply.status == 503
        assert reply.headers["Retry-After"] == "1"
        assert (await house.ask("/healthz")).status == 200
        (tmp_path / "gone.db").rename(tmp_path / "trueup.db")


async def test_it_is_ready_when_every_account_was_seen_whole_and_hearts_are_stored(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        now = house.clock.now()
        stories = {
            "main is not watched yet": Watching("main", INTERVAL, None),
            "main has not been seen whole yet": Watching(
                "main", INTERVAL, known(now, status="partial"), "", now
            ),
            "the state database takes no heartbeat of main": Watching("main", INTERVAL, known(now)),
        }
        for reason, watching in stories.items():
            house.watching = watching
            reply = await house.ask("/readyz")
            assert (reply.status, reply.json["reasons"]) == (503, [reason])
        house.watching = Watching("main", INTERVAL, None, "held by there 2 until 12:00:00")
        reply = await house.ask("/readyz")
        assert (reply.status, reply.json["waiting"]) == (200, ["main"])


async def test_it_is_not_ready_while_a_message_to_people_is_overdue(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        house.owed = health.OVERDUE_SECONDS
        assert (await house.ask("/readyz")).status == 200
        house.owed += 1
        reply = await house.ask("/readyz")
        assert reply.status == 503
        assert "trueup notify test" in reply.json["reasons"][0]
