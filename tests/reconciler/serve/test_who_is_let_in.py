"""A program shows its token; a page of somebody else's in a browser on this machine is turned away."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.facts.token import PREFIX, Role, Token, digest_of
from reconciler.serve import door, keyring
from reconciler.serve.offer import ENDPOINTS
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from tests.reconciler.serve.served import served
from tests.virtual_time import VirtualClock, run


def holds(folder: Path, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in folder.iterdir())


def made(name: str) -> tuple[Token, str]:
    token = f"{PREFIX}{name}"
    return Token(1, name, Role.VIEWER, datetime(2026, 3, 1, tzinfo=UTC), None, digest_of(token)), token


READ = "/api/v1/status"


async def test_health_takes_no_token_on_this_machine(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        for path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
            assert (await house.ask(path)).status == 200, path


async def test_a_page_under_a_foreign_name_that_leads_here_is_turned_away(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        for host in (
            "evil.example",
            f"evil.example:{house.port}",
            "127.0.0.1",
            f"127.0.0.1:{house.port + 1}",
        ):
            reply = await house.ask("/healthz", headers={"Host": host})
            assert reply.status == 403, host
        assert (await house.ask("/healthz", headers={"Host": f"localhost:{house.port}"})).status == 200


async def test_a_foreign_page_is_turned_away_even_with_a_good_token(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        own = f"http://127.0.0.1:{house.port}"
        for origin in ("http://evil.example", "null", "https" + own.removeprefix("http"), own + "0"):
            reply = await house.ask("/healthz", token=house.operator, headers={"Origin": origin})
            assert reply.status == 403, origin
        assert (await house.ask("/healthz", headers={"Origin": own})).status == 200
        reply = await house.ask("/healthz", headers={"Sec-Fetch-Site": "cross-site"})
        assert reply.status == 403


def test_from_another_machine_or_through_a_proxy_health_takes_a_token_too() -> None:
    places = door.places("0.0.0.0", 8502, ["trueup.example.com"])

    assert door.on_this_machine("127.0.0.1", "127.0.0.1:8502", places)
    assert not door.on_this_machine("10.0.0.7", "trueup.example.com", places)
    assert not door.on_this_machine("127.0.0.1", "trueup.example.com", places)
    assert not door.on_this_machine("", "127.0.0.1:8502", places)


def test_a_name_of_the_settings_is_a_name_of_this_server_with_and_without_its_port() -> None:
    places = door.places("0.0.0.0", 8502, ["Trueup.example.com"])

    assert door.foreign(["trueup.example.com"], [], [], places) is None
    assert door.foreign(["trueup.example.com:8502"], [], [], places) is None
    assert door.foreign(["trueup.example.com:443"], [], [], places) is not None
    assert door.foreign([], [], [], places) is not None
    assert door.foreign(["localhost:8502"] * 2, [], [], places) is not None


@pytest.mark.parametrize(
    "said", [[], ["Bearer "], ["Basic abc"], ["Bearer a", "Bearer b"], ["bearer"], ["abc"]]
)
def test_what_is_no_bearer_token_is_none(said: list[str]) -> None:
    assert door.shown(said) is None


def test_an_operator_may_what_a_viewer_may_and_not_the_reverse() -> None:
    assert Role.OPERATOR.may(Role.VIEWER)
    assert Role.VIEWER.may(Role.VIEWER)
    assert not Role.VIEWER.may(Role.OPERATOR)


async def test_the_database_holds_no_token_but_its_hash(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        token = house.viewer

    assert token.startswith(PREFIX)
    assert len(token) > 40
    assert not holds(tmp_path, token)


async def test_everything_of_the_api_takes_a_token_on_this_machine_too(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        for endpoint in ENDPOINTS:
            if endpoint.path.startswith("/api/"):
                path = endpoint.path.replace("{id}", "1")
                for token in (None, "trueup_nonsense", house.viewer + "x"):
                    reply = await house.ask(path, token=token, method=endpoint.method, body={})
                    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "Bearer"), path
                    assert "trueup token new" in reply.json["error"]


async def test_a_viewer_reads_and_answers_no_alert(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        assert (await house.ask(READ, token=house.viewer)).status == 200
        path = "/api/v1/alerts/1/acknowledge"
        reply = await house.ask(path, token=house.viewer, method="POST", body={"note": "x"})
        assert reply.status == 403
        assert "role operator" in reply.json["error"]


async def test_a_token_that_was_made_while_it_runs_opens_at_once(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.clock.sleep(keyring.ASK_AGAIN_SECONDS)
        _, token = house.console.tokens.new(role=Role.VIEWER, name="new")
        assert (await house.ask(READ, token=token)).status == 200


async def test_a_revoked_token_opens_nothing_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "READ_AGAIN_SECONDS", 0.05)
    async with served(tmp_path) as house:
        assert (await house.ask(READ, token=house.viewer)).status == 200
        house.console.tokens.revoke(1)
        async with asyncio.timeout(10):
            while (await house.ask(READ, token=house.viewer)).status != 401:
                await house.clock.sleep(0.05)
        assert (await house.ask(READ, token=house.operator)).status == 200


def test_tokens_open_while_the_state_database_is_away() -> None:
    run(_away())


async def _away() -> None:
    clock, (known, token) = VirtualClock(), made("known")
    answers: list[tuple[Token, ...] | None] = [None, (known,), None]

    async def read() -> tuple[Token, ...]:
        await clock.sleep(1.0)
        answer = answers.pop(0) if answers else None
        if answer is None:
            raise StateDatabaseError(StateTrouble.LOCKED, "away", again=True)
        return answer

    keys = keyring.Keyring(read, clock)
    assert await keys.holder(token) is None
    assert not keys.was_read
    await clock.sleep(1.0)
    assert await keys.holder(token) == known
    await clock.sleep(60.0)
    assert await keys.holder("another") is None
    assert await keys.holder(token) == known
    assert answers == []
