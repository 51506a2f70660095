"""The real `trueup run` answers programs: health, metrics, a token made beside it, the gate."""

import re
import signal
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.processes.running import Place, place

pytestmark = pytest.mark.processes

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(at: Place, path: str, token: str = "") -> tuple[int, bytes]:
    """Ask a process; 0 and nothing where nobody answers."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"http://127.0.0.1:{at.port}{path}", headers=headers)
    try:
        with DIRECT.open(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()
    except OSError:
        return 0, b""


async def token_of(at: Place, role: str) -> str:
    made = await at.trueup("token", "new", "--role", role)
    out, _ = await made.communicate()
    return out.decode().split()[-1]


async def test_it_tells_how_it_is_and_whether_a_bot_may_open(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        assert ask(here, "/healthz") == (0, b"")
        await here.start()
        await here.until(lambda: ask(here, "/readyz")[0] == 200, within=30, what="ready")
        token = await token_of(here, "viewer")
        gate = "/api/v1/gate?account=main&symbol=BTC/USDT:USDT"

        def answer(path: str) -> Any:
            return orjson.loads(ask(here, path, token)[1])

        assert ask(here, gate)[0] == 401
        await here.until(lambda: answer(gate).get("open") is True, within=30, what="an open gate")
        assert 0 <= answer(gate)["age_seconds"] < 60
        (account,) = answer("/api/v1/status")["accounts"]
        assert (account["account"], account["state"]) == ("main", "watched")
        metrics = ask(here, "/metrics")[1].decode()
        assert re.search(r'^trueup_account_watched{account="main"} 1.0$', metrics, re.MULTILINE)
        assert re.search(r'^trueup_venue_weight_used_ratio{account="main"} 0\.0', metrics, re.MULTILINE)
        code, err = await here.end(signal.SIGTERM)
        assert code == 0
        assert "Traceback" not in err
        assert "serve.served" in err
        assert ask(here, "/healthz") == (0, b"")


async def test_the_second_of_two_says_that_it_only_waits(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await here.start()
        await here.until(lambda: ask(here, "/readyz")[0] == 200, within=30, what="ready")
        token, first, first_port = await token_of(here, "viewer"), here.process, here.port
        here.port = first_port + 1 if first_port < 65_000 else first_port - 1
        await here.start()
        try:
            await here.until(lambda: ask(here, "/readyz")[0] == 200, within=30, what="ready to take over")
            gate = orjson.loads(ask(here, "/api/v1/gate?account=main&symbol=BTC/USDT:USDT", token)[1])
            assert orjson.loads(ask(here, "/readyz")[1])["waiting"] == ["main"]
            assert gate["open"] is False
            assert [each["against"] for each in gate["reasons"]] == ["not_watched"]
            assert first is not None
            assert str(first.pid) in gate["reasons"][0]["text"]
        finally:
            await here.end(signal.SIGTERM)
            here.process = first
