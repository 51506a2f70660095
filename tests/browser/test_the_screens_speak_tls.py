"""The real process on every address of the machine: TLS by file, its public name, and sign-in."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from dashboard.entrance.key import KeyFile
from reconciler.facts.sign_in import Door
from tests.browser.screens import Screens
from tests.certificates import write_certificate

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
NAME = "trueup.example.com"


def test_tls_by_file_a_public_name_and_secure_cookies(tmp_path: Path) -> None:
    write_certificate(tmp_path, NAME, until=datetime.now(UTC) + timedelta(days=1))  # noqa: TID251 - as TLS does
    door = Door(
        public_url=f"https://{NAME}",
        certificate=str(tmp_path / "fullchain.pem"),
        certificate_key=str(tmp_path / "privkey.pem"),
    )
    screens = Screens(tmp_path, door, "0.0.0.0")
    try:
        asyncio.run(_signs_in(f"https://127.0.0.1:{screens.port}", screens))
    finally:
        screens.end()


async def _signs_in(url: str, screens: Screens) -> None:
    public = {"Host": NAME, "Origin": f"https://{NAME}", "X-Forwarded-For": "127.0.0.1"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session:
        await _is_alive(session, url)
        token = KeyFile(screens.state.with_suffix(".sign-in")).key().link_token
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{url.replace('https', 'http')}/_stcore/health")
        async with session.get(f"{url}/", headers={"Host": "192.168.1.5"}) as answer:
            assert answer.status == 403
        async with session.get(f"{url}/", headers=public) as answer:
            assert answer.status == 401
        asked = session.get(f"{url}/?token={token}", headers=public, allow_redirects=False)
        async with asked as answer:
            assert answer.status == 303
            given = answer.headers["set-cookie"]
        assert given.startswith("__Host-trueup-")
        assert given.endswith("; Secure")
        cookie = {"Cookie": given.partition(";")[0]}
        async with session.get(f"{url}/", headers={**public, **cookie}) as answer:
            assert answer.status == 200
        async with session.ws_connect(f"{url}/_stcore/stream", headers={**public, **cookie}) as opened:
            assert not opened.closed
        for missing in ("Origin", "Cookie"):
            said = {name: value for name, value in {**public, **cookie}.items() if name != missing}
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(f"{url}/_stcore/stream", headers=said)
            assert refused.value.status == 403


async def _is_alive(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                async with session.get(f"{url}/_stcore/health") as answer:
                    assert answer.status == 200
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.2)
