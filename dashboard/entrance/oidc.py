"""Sign-in by a provider of OpenID Connect: away to it, back from it, on to where somebody wanted to go."""

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog
from starlette.responses import Response

from dashboard.entrance import pages
from dashboard.entrance.answers import away_to, on_to, shown
from dashboard.entrance.asgi import Scope, cookies
from dashboard.entrance.diary import Diary
from dashboard.entrance.doorkeeper import Doorkeeper
from dashboard.entrance.place import Place, local
from dashboard.entrance.sender import address_of
from dashboard.entrance.vouching import AskedProvider, ProviderError, Round, Vouched
from reconciler.facts.sign_in import GROUP, Way

LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""

_PURPOSE = "-provider"

log = structlog.get_logger()


class Conversation:
    """With one provider, about one person at a time in each browser."""

    def __init__(self, doorkeeper: Doorkeeper, asked: AskedProvider, diary: Diary) -> None:
        """Nobody is on the way; what comes of it is kept in the diary."""
        self._diary = diary
        self._doorkeeper = doorkeeper
        self._asked = asked

    async def begin(self, place: Place, onward: str) -> Response:
        """Send somebody to the provider; what has to come back is kept in a cookie that only we can write."""
        drawn = (secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        round_ = Round(*drawn, back=f"{place.base}{pages.BACK}")
        try:
            address = await asyncio.to_thread(self._asked.address, round_)
        except ProviderError as error:
            return self._failed(place, onward, f"Your provider cannot be asked now: {error}.")
        content = {
            "s": round_.state,
            "n": round_.nonce,
            "v": round_.verifier,
            "o": onward,
            "t": int(self._doorkeeper.now().timestamp()),
        }
        return away_to(
            address, cookies=[self._cookie(place, self._doorkeeper.seal("provider").close(content))]
        )

    async def end(self, scope: Scope, place: Place, asked: Mapping[str, str]) -> Response:
        """Let somebody in who comes back from the provider with what we have sent with them."""
        kept = self._kept(scope, place, asked.get("state", ""))
        if kept is None:
            return self._failed(place, "/", "That took too long, or began in another browser.")
        onward = local(str(kept["o"]))
        if "code" not in asked:
            return self._failed(place, onward, "Your provider did not sign you in.")
        round_ = Round(str(kept["s"]), str(kept["n"]), str(kept["v"]), back=f"{place.base}{pages.BACK}")
        address = address_of(scope, self._doorkeeper.door)
        try:
            person = await asyncio.to_thread(self._asked.vouched, round_, asked["code"])
        except ProviderError as error:
            log.warning("sign_in.refused", way="oidc", address=address, error=str(error))
            await self._diary.refused(Way.OIDC, address)
            return self._failed(place, onward, f"Your provider did not sign you in: {error}.")
        session = self._doorkeeper.by_provider(person.name, (person.name,), self._of_use(person))
        if self._doorkeeper.person_of(session) is None:
            log.warning("sign_in.refused", way="oidc", address=address, name=person.name)
            await self._diary.refused(Way.OIDC, address, name=person.name)
            told = f"{person.name} is not on the list of those who may see this. Ask whoever runs Trueup."
            return self._failed(place, onward, told, status=403)
        log.info("sign_in.accepted", way="oidc", name=person.name, address=address)
        await self._diary.signed_in(Way.OIDC, person.name, address)
        over = self._cookie(place, "", timedelta(0))
        return on_to(place, onward, cookies=[self._doorkeeper.given(session, place), over])

    def _of_use(self, person: Vouched) -> tuple[str, ...]:
        """Return the groups that the settings name: a cookie has little room."""
        named = {entry.casefold() for entry in self._doorkeeper.door.roles.every_entry}
        return tuple(group for group in person.groups if f"{GROUP}{group}".casefold() in named)

    def _kept(self, scope: Scope, place: Place, state: str) -> Mapping[str, object] | None:
        """Return what was kept of somebody who comes back with this state; None for nobody."""
        seal = self._doorkeeper.seal("provider")
        for cookie in cookies(scope, self._doorkeeper.cookie_name(place, _PURPOSE)):
            kept = seal.open(cookie)
            if kept is None or not hmac.compare_digest(str(kept["s"]).encode(), state.encode()):
                continue
            if self._doorkeeper.now() - datetime.fromtimestamp(kept["t"], UTC) < LASTS:
                return kept
        return None

    def _cookie(self, place: Place, value: str, lasts: timedelta = LASTS) -> str:
        name = self._doorkeeper.cookie_name(place, _PURPOSE)
        return f"{name}={value}; {self._doorkeeper.cookie_attributes(place, lasts)}"

    def _failed(self, place: Place, onward: str, told: str, *, status: int = 502) -> Response:
        again = ("Try again", f"{place.prefix}{pages.SIGN_IN}?next={pages.quoted(onward)}")
        return shown(
            pages.told("Not signed in", told, way_on=again),
            status,
            cookies=[self._cookie(place, "", timedelta(0))],
        )
