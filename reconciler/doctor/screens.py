"""Tries the door of the screens: how people come in, whether anybody can, whether what it needs is there."""

import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from reconciler.console import Console, StateDatabaseError
from reconciler.doctor.check import Check, Health
from reconciler.facts.sign_in import Door, Way
from reconciler.notify.phone import Line, said_of
from reconciler.settings import Settings, SettingsError
from verification.facts.clock import Clock

SUBJECT = "screens"
TRY_SECONDS = 10.0
SOON = timedelta(days=14)

_WORDS = {
    Way.LINK: "the link that `trueup link` prints",
    Way.ACCOUNTS: "name and password",
    Way.OIDC: "the provider",
    Way.PROXY: "the proxy",
}


async def examine_screens(settings: Settings, clock: Clock) -> AsyncIterator[Check]:
    """Yield what the door is, and what is wrong with it."""
    try:
        door = settings.door()
    except SettingsError as error:
        yield Check(SUBJECT, Health.NOT_OK, "; ".join(each.text for each in error.problems), settings=True)
        return
    yield _door(settings.dashboard.link, door)
    for check in (*_certificate(door, clock), *_accounts(settings, door)):
        yield check
    if door.provider is not None:
        yield await _provider(door.provider.issuer)


def _door(link: str, door: Door) -> Check:
    if not door.ways:
        return Check(
            SUBJECT,
            Health.NOTE,
            f"{link} asks nobody who they are: any user of this machine may answer alerts",
        )
    return Check(SUBJECT, Health.OK, f"{link} lets in by {' or '.join(_WORDS[way] for way in door.ways)}")


def _accounts(settings: Settings, door: Door) -> Iterator[Check]:
    if Way.ACCOUNTS not in door.ways:
        return
    try:
        with Console.open(settings.database.url) as console:
            standing = [each for each in console.accounts.every() if each.removed_at is None]
    except StateDatabaseError as error:
        yield Check(SUBJECT, Health.NOTE, f"who has an account is not known: {error}")
        return
    if standing:
        yield Check(SUBJECT, Health.OK, f"{len(standing)} account(s)")
    else:
        yield Check(SUBJECT, Health.NOT_OK, "nobody has an account: `trueup user add NAME --role admin`")


def _certificate(door: Door, clock: Clock) -> Iterator[Check]:
    if door.certificate is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            door.certificate, door.certificate_key
        )
        found = x509.load_pem_x509_certificate(Path(door.certificate).read_bytes())
    except (OSError, ValueError) as error:
        yield Check(SUBJECT, Health.NOT_OK, f"certificate and key cannot be used: {error}", settings=True)
        return
    yield _lasts(found.not_valid_after_utc, clock.now().utc)


def _lasts(until: datetime, now: datetime) -> Check:
    day = until.astimezone(UTC).date().isoformat()
    if until <= now:
        return Check(SUBJECT, Health.NOT_OK, f"the certificate is over since {day}: renew it, and restart")
    if until - now < SOON:
        return Check(SUBJECT, Health.NOTE, f"the certificate is good until {day}: renew it, and restart")
    return Check(SUBJECT, Health.OK, f"the certificate is good until {day}")


async def _provider(issuer: str) -> Check:
    line = Line()
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    answered = await line.get(address, TRY_SECONDS)
    await line.close()
    if not answered.ok:
        return Check(SUBJECT, Health.NOT_OK, f"the provider: {said_of(answered, address)}")
    named = str(answered.body.get("issuer", ""))
    if not named:
        return Check(
            SUBJECT, Health.NOT_OK, "what answers at sign_in.oidc.issuer is no provider of OpenID Connect"
        )
    if named.rstrip("/") != issuer.rstrip("/"):
        return Check(
            SUBJECT, Health.NOT_OK, f"the provider calls itself {named}: correct sign_in.oidc.issuer"
        )
    return Check(SUBJECT, Health.OK, "the provider answers")
