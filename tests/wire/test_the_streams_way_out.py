"""The stream goes the way that the ccxt settings name: proxy, certificates, headers; or it says why not."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import aiohttp
import pytest

from tests.verification.venues.samples import account_update, pushed_position
from tests.wire.certificates import certified
from tests.wire.conftest import Connect
from tests.wire.relay import Relay, relaying
from tests.wire.scripted import ScriptedVenue, access_to, scripted_venue
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

PASSWORD = "user:proxy-password"


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    async with relaying() as served:
        yield served


def over_tls(venue: ScriptedVenue) -> dict[str, Any]:
    """Return addresses of which only the stream's is secure."""
    api = access_to(venue.port).ccxt["urls"]["api"]
    return {"api": {**api, "ws": {"linear": f"wss://127.0.0.1:{venue.tls_port}/ws"}}}


@pytest.mark.parametrize("name", ["wsProxy", "ws_proxy", "wssProxy"])
async def test_a_stream_goes_through_its_proxy_and_requests_do_not(
    scripted: ScriptedVenue, connect: Connect, relay: Relay, name: str
) -> None:
    gateway = await connect(scripted.port, **{name: relay.url})
    await scripted.push(account_update(pushed_position("43")))
    await gateway.facts(1)
    (line,) = relay.asked
    assert line.startswith(f"GET ws://127.0.0.1:{scripted.port}/private/ws?listenKey=")


async def test_a_secure_stream_goes_through_a_tunnel_to_whom_the_account_trusts(
    connect: Connect, relay: Relay, tmp_path: Path
) -> None:
    context, trusted = certified(tmp_path)
    async with scripted_venue(context) as venue:
        gateway = await connect(venue.port, urls=over_tls(venue), cafile=str(trusted), wssProxy=relay.url)
        await venue.push(account_update(pushed_position("43")))
        await gateway.facts(1)
        assert relay.asked == [f"CONNECT 127.0.0.1:{venue.tls_port} HTTP/1.1"]
        await asyncio.wait_for(gateway.venue.close(), 5)


async def test_a_secure_stream_to_a_peer_that_is_gone_keeps_no_socket(
    connect: Connect, relay: Relay, tmp_path: Path
) -> None:
    """TLS waits for its own good-bye, which never comes."""
    context, trusted = certified(tmp_path)
    rules = StreamRules(keep_alive=0.2, backoff_first=0.02, backoff_most=0.1)
    async with scripted_venue(context) as venue:
        ccxt = {"urls": over_tls(venue), "cafile": str(trusted), "wssProxy": relay.url}
        gateway = await connect(venue.port, rules, **ccxt)
        relay.flowing.clear()
        await gateway.health(lambda now: now.state is StreamState.DOWN)
        async with asyncio.timeout(5):
            while relay.left == 0:  # noqa: ASYNC110 - a reading, not an event
                await asyncio.sleep(0.005)
        relay.flowing.set()
        await gateway.live(2)
        await gateway.venue.close()


async def test_a_certificate_that_the_account_does_not_trust_is_told(
    connect: Connect, tmp_path: Path
) -> None:
    context, _ = certified(tmp_path)
    async with scripted_venue(context) as venue:
        gateway = await connect(venue.port, urls=over_tls(venue), live=False)
        down = await gateway.health(lambda now: now.state is StreamState.DOWN)
        assert "the certificate of what answers is not to be trusted" in (down.error or "")
        assert venue.streams == []
        await gateway.venue.close()


async def test_the_password_of_a_proxy_is_given_to_it_and_told_to_nobody(
    scripted: ScriptedVenue, connect: Connect, relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    relay.wants = PASSWORD
    proxy = relay.url.replace("://", f"://{PASSWORD}@")
    with caplog.at_level(logging.DEBUG):
        gateway = await connect(scripted.port, wsProxy=proxy)
        relay.wants = "another:one"
        await scripted.hang_up()
        down = await gateway.health(lambda now: "proxy" in (now.error or ""))
    assert "its proxy answered HTTP 407" in (down.error or "")
    for secret in ("proxy-password", "listen-key-1"):
        assert secret not in f"{down!r} {caplog.text}"


async def test_a_proxy_that_is_not_there_is_told(scripted: ScriptedVenue, connect: Connect) -> None:
    async with relaying() as gone:
        pass
    gateway = await connect(scripted.port, wsProxy=gone.url, live=False)
    down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert "its proxy cannot be reached" in (down.error or "")
    assert scripted.dialled == 0


async def test_proxies_that_contradict_each_other_are_told_by_name(
    scripted: ScriptedVenue, connect: Connect, relay: Relay
) -> None:
    gateway = await connect(scripted.port, wsProxy=relay.url, wssProxy=relay.url, live=False)
    down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert "conflicting proxy settings (wsProxy,wssProxy)" in (down.error or "")
    assert down.fault is None, "a setting is no bug"
    assert (relay.asked, scripted.dialled) == ([], 0)


async def test_socks_without_its_package_is_refused_in_words(
    scripted: ScriptedVenue, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp_socks", None)
    gateway = await connect(scripted.port, wsSocksProxy="socks5://127.0.0.1:1", live=False)
    down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert 'SOCKS proxy requires "aiohttp_socks" module' in (down.error or "")
    assert down.fault is None, "a setting is no bug"
    assert scripted.dialled == 0


class Socks(aiohttp.TCPConnector):
    """Stands where the package's connector stands."""

    made: list[str]

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> Self:
        cls.made.append(url)
        return cls(**{name: value for name, value in settings.items() if name != "rdns"})


async def test_socks_is_dialled_by_the_session_that_ccxt_has_for_it(
    scripted: ScriptedVenue, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    Socks.made = []
    monkeypatch.setitem(sys.modules, "aiohttp_socks", SimpleNamespace(ProxyConnector=Socks))
    gateway = await connect(scripted.port, wsSocksProxy="socks5h://127.0.0.1:1")
    assert Socks.made == ["socks5://127.0.0.1:1"]
    (session,) = gateway.venue._streaming.exchange.socks_proxy_sessions.values()
    assert isinstance(session.connector, Socks)
    assert len(session.connector._acquired) == 1, "the stream's connection is its"


async def test_headers_cookies_and_compression_are_as_ccxt_is_told(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    await connect(scripted.port)
    given = {"headers": {"X-Who": "me"}, "cookies": {"seen": "yes"}, "compress": 0}
    await connect(scripted.port, options={"ws": given})
    usual, told = scripted.handshakes
    assert usual["Sec-WebSocket-Extensions"].startswith("permessage-deflate")
    assert (told["X-Who"], told["Cookie"]) == ("me", "seen=yes")
    assert "Sec-WebSocket-Extensions" not in told


async def test_how_long_to_wait_and_how_often_to_ping_are_as_ccxt_is_told(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    scripted.answers_pings = False
    gateway = await connect(scripted.port, live=False, options={"ws": {"keepAlive": 100}})
    down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert "silent" in (down.error or "")
