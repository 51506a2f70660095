"""Knows who may come in: by the cookie that was given out, and for as long as it stands."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.entrance.asgi import Scope, cookies
from dashboard.entrance.key import Key, KeyFile
from dashboard.entrance.known import Known
from dashboard.entrance.place import Place
from dashboard.entrance.proxied import said_by_proxy
from dashboard.entrance.session import Seal, Session, as_content, from_content, has_ended
from reconciler.facts.person import Account, Person
from reconciler.facts.sign_in import Door, Way
from reconciler.facts.token import Role
from verification.facts.clock import Clock

RENEW_AFTER = timedelta(minutes=1)
"""How old a cookie gets before another one is given out that says when it was last used."""

WITH_THE_LINK = Person("", Role.ADMIN)
_MOST_USED = 10_000


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who may come in.

    Attributes:
        person: Who.
        session: As what they may stay; None where each request shows it anew.
    """

    person: Person
    session: Session | None = None


class Doorkeeper:
    """Gives out sessions and says for how long they stand."""

    def __init__(self, door: Door, keys: KeyFile, known: Known, clock: Clock, port: int) -> None:
        """`port` is the dashboard's own: cookies of one host are shared by all of its ports."""
        self.door = door
        self.known = known
        self._keys = keys
        self._clock = clock
        self._port = port
        self._used: dict[str, datetime] = {}

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return self._clock.now().utc

    def cookie_name(self, place: Place, purpose: str = "") -> str:
        """Return what a cookie is called at a place; a browser takes `__Host-` from that very host alone."""
        guard = ("__Secure-" if place.prefix else "__Host-") if place.secure else ""
        return f"{guard}trueup-{self._port}{purpose}"

    def cookie_attributes(self, place: Place, lasts: timedelta) -> str:
        """Return what is said of a cookie: no script reads it, and no other page's request carries it."""
        secure = "; Secure" if place.secure else ""
        path = place.prefix or "/"
        return f"Path={path}; Max-Age={int(lasts.total_seconds())}; HttpOnly; SameSite=Lax{secure}"

    async def entered(self, scope: Scope, place: Place) -> Entered | None:
        """Return who comes with a request; None for somebody who is not let in."""
        if not self.door.ways:
            return Entered(WITH_THE_LINK)
        said = said_by_proxy(scope, self.door)
        if said is not None:
            return Entered(said)
        await self.known.refresh()
        seal = self._seal(self._keys.key())
        for cookie in cookies(scope, self.cookie_name(place)):
            content = seal.open(cookie)
            session = None if content is None else from_content(content)
            person = None if session is None else self._person(session)
            if session is not None and person is not None:
                self._uses(session)
                return Entered(person, session)
        return None

    async def stands(self, entered: Entered, key: Key) -> bool:
        """Return whether somebody with an open page may stay, which is a use of their session.

        Args:
            entered: Who.
            key: What their session was signed with.
        """
        if entered.session is None:
            return True
        await self.known.refresh()
        if self._keys.key() is not key or self._person(entered.session) != entered.person:
            return False
        self._uses(entered.session)
        return True

    def key(self) -> Key:
        """Return what is signed with now."""
        return self._keys.key()

    def renewed(self, entered: Entered, place: Place) -> str | None:
        """Return the cookie that takes the place of theirs; None while that is young."""
        session, now = entered.session, self.now()
        if session is None or now - session.used < RENEW_AFTER:
            return None
        return self.given(session.used_at(now), place)

    def given(self, session: Session, place: Place) -> str:
        """Return a cookie for a session, as it is set."""
        sealed = self._seal(self._keys.key()).close(as_content(session))
        left = session.began + self.door.lasts - self.now()
        return f"{self.cookie_name(place)}={sealed}; {self.cookie_attributes(place, left)}"

    def taken(self, place: Place) -> str:
        """Return what takes the cookie away."""
        return f"{self.cookie_name(place)}=; {self.cookie_attributes(place, timedelta(0))}"

    def is_link(self, token: str) -> bool:
        """Return whether this is what the link of the terminal ends with."""
        ours = self._keys.key().link_token
        return Way.LINK in self.door.ways and hmac.compare_digest(token.encode(), ours.encode())

    def by_link(self) -> Session:
        """Return a session for whoever has the link."""
        return self._begun(Way.LINK, "")

    def by_account(self, account: Account) -> Session:
        """Return a session for whoever knew the password."""
        return self._begun(Way.ACCOUNTS, account.name, account=account.id)

    def by_provider(self, name: str, names: tuple[str, ...], groups: tuple[str, ...]) -> Session:
        """Return a session for whoever the provider vouches for."""
        return self._begun(Way.OIDC, name, names=names, groups=groups)

    def person_of(self, session: Session) -> Person | None:
        """Return who a session lets in now; None for nobody."""
        return self._person(session)

    def seal(self, purpose: str) -> Seal:
        """Return what signs for another purpose."""
        return Seal(self._keys.key().cookie_secret, purpose)

    def _seal(self, key: Key) -> Seal:
        return Seal(key.cookie_secret, "session")

    def _begun(
        self,
        way: Way,
        name: str,
        *,
        account: int = 0,
        names: tuple[str, ...] = (),
        groups: tuple[str, ...] = (),
    ) -> Session:
        now = self.now()
        return Session(secrets.token_urlsafe(24), way, name, now, now, account, names, groups)

    def _person(self, session: Session) -> Person | None:
        """Return who a session stands for, as things are now."""
        door = self.door
        used = self._used.get(session.id, session.used)
        if session.way not in door.ways or self.known.is_over(session.id):
            return None
        if has_ended(session, used, self.now(), idle=door.idle, lasts=door.lasts):
            return None
        match session.way:
            case Way.LINK:
                return WITH_THE_LINK
            case Way.ACCOUNTS:
                account = self.known.account(session.account)
                if account is None or not account.is_of(session.began):
                    return None
                return account.person
            case Way.OIDC:
                return door.roles.person(session.name, session.names, session.groups)
            case Way.PROXY:
                return None  # it shows them with every request, and has no session

    def _uses(self, session: Session) -> None:
        if len(self._used) >= _MOST_USED:
            now = self.now()
            self._used = {key: at for key, at in self._used.items() if now - at < self.door.idle}
        self._used[session.id] = self.now()
