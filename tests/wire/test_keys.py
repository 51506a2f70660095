"""Each kind of key signs requests, orders and the stream's login for real; another kind is refused."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from simulator.server import SimulatedVenue
from tests.wire.conftest import QUICK, Watched
from tests.wire.faces import BINANCE, BYBIT, Face
from tests.wire.simulated import AVL, order
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceError, SourceRejected
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import OrderSeen
from verification.venues.ccxt.failures import secrets_of
from verification.venues.ccxt.keys import signing_secret
from verification.venues.gateway.account import CcxtVenue
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.port import Access
from verification.venues.registry import capabilities_of

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)
RSA = rsa.generate_private_key(65537, 2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()
EC = ec.generate_private_key(ec.SECP256R1())
Private = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def pem(key: Private, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def public(key: Private) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "without its last line break": str.strip,
    "with line breaks of Windows": lambda text: text.replace("\n", "\r\n"),
    "with blank lines around": lambda text: f"\n\n  {text}\n\n",
    "as one line of the environment": lambda text: text.strip().replace("\n", "\\n"),
}


@asynccontextmanager
async def account(
    face: Face, secret: str, verified_with: str
) -> AsyncIterator[tuple[SimulatedVenue, Watched]]:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret=verified_with) as venue:
        gateway = CcxtVenue(
            access(venue, secret), SystemClock(), replace(capabilities_of(venue.ccxt_id), stream=QUICK)
        )
        watched = Watched(gateway)
        try:
            await gateway.connect()
            await watched.live()
            yield venue, watched
        finally:
            await gateway.close()


def access(venue: SimulatedVenue, secret: str) -> Access:
    config = {**venue.ccxt_config(), "timeout_on_exit": 0}
    return Access("main", venue.ccxt_id, "the-key", secret, ccxt=config)


@pytest.mark.parametrize(
    ("face", "secret", "verified_with"),
    [
        (BINANCE, "the-secret", "the-secret"),
        (BINANCE, pem(RSA), public(RSA)),
        (BINANCE, pem(RSA, PrivateFormat.TraditionalOpenSSL), public(RSA)),
        (BINANCE, pem(ED25519), public(ED25519)),
        (BYBIT, "the-secret", "the-secret"),
        (BYBIT, pem(RSA), public(RSA)),
        (BYBIT, pem(RSA, PrivateFormat.TraditionalOpenSSL), public(RSA)),
    ],
    ids=[
        "binance-hmac",
        "binance-rsa",
        "binance-rsa-pkcs1",
        "binance-ed25519",
        "bybit-hmac",
        "bybit-rsa",
        "bybit-rsa-pkcs1",
    ],
)
async def test_requests_orders_and_stream_are_signed(face: Face, secret: str, verified_with: str) -> None:
    async with account(face, secret, verified_with) as (venue, watched):
        order(venue, "43")
        await watched.holds(NET, 43)
        reading = await watched.venue.read()
        assert reading.failures == {}
        trader = CcxtTrader(access(venue, secret))
        try:
            await trader.connect()
            entered = await trader.enter(NET, Side.BUY, Decimal(43), "my-entry")
        finally:
            await trader.close()
        await watched.holds(NET, 86)
        seen = await watched.venue.read_order(NET, order_id=entered, client_order_id=None)
        assert isinstance(seen, OrderSeen)
        assert seen.executed == 43


@pytest.mark.parametrize("face", [BINANCE, BYBIT], ids=lambda face: face.name)
async def test_a_key_that_is_not_the_accounts_is_refused_by_the_venue(face: Face) -> None:
    other = rsa.generate_private_key(65537, 2048)
    with pytest.raises(SourceError):
        async with account(face, pem(RSA), public(other)):
            raise AssertionError("it connected")


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
async def test_a_key_is_the_same_however_its_lines_are_broken(spelling: str, key: Private) -> None:
    secret = SPELLINGS[spelling](pem(key))
    async with account(BINANCE, secret, public(key)) as (_, watched):
        assert (await watched.venue.read()).failures == {}


LOCKED = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
OPENSSH = ED25519.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("venue", "secret", "says"),
    [
        ("bybit", pem(ED25519), "of the kind Ed25519; use an HMAC or RSA key of bybit"),
        ("bybit", pem(EC), "of the kind EC"),
        ("binanceusdm", pem(EC), "use an HMAC, RSA or Ed25519 key of binanceusdm"),
        ("binanceusdm", LOCKED, "locked with a passphrase"),
        ("bybit", LOCKED, "locked with a passphrase"),
        ("binanceusdm", public(RSA), "not the private half"),
        ("binanceusdm", OPENSSH, "OpenSSH"),
        ("binanceusdm", pem(RSA)[:400], "is the file whole"),
        ("bybit", pem(RSA).replace("M", "!"), "is the file whole"),
    ],
)
def test_another_kind_is_refused_with_words_before_anything_is_sent(
    venue: str, secret: str, says: str
) -> None:
    for build in (lambda given: CcxtVenue(given, SystemClock()), CcxtTrader):
        with pytest.raises(SourceRejected, match="the secret of account main") as caught:
            build(Access("main", venue, "the-key", secret))
        assert says in str(caught.value)
        assert not any(line in str(caught.value) for line in secrets_of((secret,)))


def test_a_venue_whose_keys_are_not_known_gets_the_secret_as_it_is() -> None:
    given = Access("main", "hyperliquid", "wallet", "0xabc\n")
    assert signing_secret(given, capabilities_of("hyperliquid")) == "0xabc\n"


def test_no_line_of_a_key_is_told() -> None:
    struck = secrets_of((pem(ED25519),))
    assert any(line in struck for line in pem(ED25519).splitlines()[1:2])
    assert "-----BEGIN PRIVATE KEY-----" not in struck
