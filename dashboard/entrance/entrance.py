"""The part of the dashboard that everybody reaches: sign in, sign out, and where one is sent to do that."""

import asyncio
import math
from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl, urlencode

import structlog
from starlette.responses import Response

from dashboard.entrance import pages
from dashboard.entrance.answers import is_of_a_person, on_to, refused, shown
from dashboard.entrance.asgi import Receive, Scope, small
from dashboard.entrance.diary import Diary
from dashboard.entrance.doorkeeper import Doorkeeper, Entered
from dashboard.entrance.lockout import Lockout
from dashboard.entrance.oidc import Conversation
from dashboard.entrance.place import Place, local
from dashboard.entrance.proxied import named_by_proxy
from dashboard.entrance.sender import address_of
from dashboard.words.verdict import Unread
from reconciler.facts.sign_in import Way

FORM_BYTES = 8192
CHECKED_AT_ONCE = 2
"""A password takes 64 MB for a moment to check."""

TOKEN = "token"  # noqa: S105 - the parameter's name

log = structlog.get_logger()


class Entrance:
    """Answers whoever is not let in yet, and whoever wants to leave."""

    def __init__(
        self, doorkeeper: Doorkeeper, diary: Diary, conversation: Conversation | None = None
    ) -> None:
        """`conversation` is with the provider, where there is one."""
        self._diary = diary
        self._doorkeeper = doorkeeper
        self._conversation = conversation
        self._lockout = Lockout()
        self._checking = asyncio.Semaphore(CHECKED_AT_ONCE)

    def is_mine(self, path: str) -> bool:
        """Return whether a path is of sign-in."""
        ours = (pages.SIGN_IN, pages.SIGN_OUT, pages.PROVIDER, pages.BACK)
        return bool(self._doorkeeper.door.ways) and path in ours

    async def answer(self, scope: Scope, receive: Receive, place: Place, entered: Entered | None) -> Response:
        """Answer a request to a path of sign-in."""
        path, method = scope["path"], scope["method"]
        if method == "POST":
            if small(scope, "origin") != [place.origin]:
                return refused("A form of another page is not taken.", 403)
            if path == pages.SIGN_OUT:
                return await self._sign_out(place, entered)
            if path == pages.SIGN_IN and self._has(Way.ACCOUNTS):
                return await self._sign_in(scope, await _form(receive), place)
        elif method in {"GET", "HEAD"}:
            asked = _question(scope)
            onward = local(asked.get("next", "/"))
            if path == pages.SIGN_IN:
                return self._page(place, onward) if entered is None else self._account(place, entered)
            if path == pages.PROVIDER and self._conversation is not None:
                return await self._conversation.begin(place, onward)
            if path == pages.BACK and self._conversation is not None:
                return await self._conversation.end(scope, place, asked)
        return refused("There is nothing of this kind here.", 405)

    async def passes(self, scope: Scope, entered: Entered) -> None:
        """Keep that somebody comes in whom a proxy brings: they never sign in here."""
        door = self._doorkeeper.door
        if entered.session is None and door.ways:
            await self._diary.shown_by_proxy(entered.person.name, address_of(scope, door), door.idle)
        await self._diary.goes_on()

    async def comes_by_link(self, scope: Scope, place: Place, entered: Entered | None) -> Response | None:
        """Answer who comes by a link with a token: let in, and sent on without it; None for anybody else."""
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in asked if name == TOKEN]
        if not tokens or scope["method"] != "GET" or not self._has(Way.LINK):
            return None
        rest = urlencode([(name, value) for name, value in asked if name != TOKEN])
        onward = local(f"{scope['path']}?{rest}" if rest else scope["path"])
        address = address_of(scope, self._doorkeeper.door)
        if self._doorkeeper.is_link(tokens[-1]):
            log.info("sign_in.accepted", way="link", address=address)
            await self._diary.signed_in(Way.LINK, "", address)
            cookie = self._doorkeeper.given(self._doorkeeper.by_link(), place)
            return on_to(place, onward, cookies=[cookie])
        if entered is not None:
            return on_to(place, onward)
        log.warning("sign_in.refused", way="link", address=address)
        await self._diary.refused(Way.LINK, address)
        return shown(pages.told("This link is not valid any more", _PRINTED_AGAIN), 401)

    async def challenge(self, scope: Scope, place: Place) -> Response:
        """Answer somebody who is not let in. Whom a proxy names all the same has no role, and is told so."""
        if not is_of_a_person(scope):
            return refused("Sign in first: load the page again.", 401)
        door = self._doorkeeper.door
        named = named_by_proxy(scope, door)
        if named is not None:
            await self._diary.refused(Way.PROXY, address_of(scope, door), name=named)
        rest = scope["query_string"].decode("latin-1")
        onward = local(f"{scope['path']}?{rest}" if rest else scope["path"])
        ways = set(self._doorkeeper.door.ways)
        if ways == {Way.OIDC}:
            return on_to(place, f"{pages.PROVIDER}?next={pages.quoted(onward)}")
        if ways & {Way.OIDC, Way.ACCOUNTS}:
            return on_to(place, f"{pages.SIGN_IN}?next={pages.quoted(onward)}")
        return self._page(place, onward, status=401)

    def _has(self, way: Way) -> bool:
        return way in self._doorkeeper.door.ways

    def _page(
        self, place: Place, onward: str, *, told: str = "", status: int = 200, retry: int = 0
    ) -> Response:
        form, provider, link = (self._has(way) for way in (Way.ACCOUNTS, Way.OIDC, Way.LINK))
        if not (form or provider or link):
            return shown(pages.told("Not signed in", _BY_THE_PROXY), 401)
        html = pages.sign_in(place, onward, form=form, provider=provider, link=link, told=told)
        return shown(html, status, retry_after=retry)

    def _account(self, place: Place, entered: Entered) -> Response:
        return shown(pages.signed_in(place, entered.person, leaves=entered.session is not None))

    async def _sign_in(self, scope: Scope, form: Mapping[str, str] | None, place: Place) -> Response:
        if form is None:
            return refused("That is more than a name and a password.", 413)
        name, onward = form.get("name", ""), local(form.get("next", "/"))
        address = address_of(scope, self._doorkeeper.door)
        async with self._checking:
            now = self._doorkeeper.now()
            wait = self._lockout.wait(name, address, now).total_seconds()
            if wait > 0:
                minutes = math.ceil(wait / 60)
                await self._diary.refused(Way.ACCOUNTS, address)
                told = f"Too many tries. Wait {minutes} min, then try again."
                return self._page(place, onward, told=told, status=429, retry=math.ceil(wait))
            self._lockout.tries(name, address, now)
            account = await self._doorkeeper.known.check(name, form.get("password", ""))
        if isinstance(account, Unread):
            return self._page(place, onward, told=_NOT_READ, status=503)
        if account is None:
            # Not the name: people type their password there.
            log.warning("sign_in.refused", way="accounts", address=address)
            await self._diary.refused(Way.ACCOUNTS, address)
            return self._page(place, onward, told="Name and password do not go together.", status=401)
        self._lockout.succeeds(name, address)
        log.info("sign_in.accepted", way="accounts", name=account.name, address=address)
        await self._diary.signed_in(Way.ACCOUNTS, account.name, address)
        cookie = self._doorkeeper.given(self._doorkeeper.by_account(account), place)
        return on_to(place, onward, cookies=[cookie])

    async def _sign_out(self, place: Place, entered: Entered | None) -> Response:
        taken = [self._doorkeeper.taken(place)]
        if entered is None or entered.session is None:
            return on_to(place, pages.SIGN_IN, cookies=taken)
        until = entered.session.began + self._doorkeeper.door.lasts
        log.info("sign_in.left", way=entered.session.way.value, name=entered.person.name)
        await self._diary.signed_out(entered.session.way, entered.person.name)
        if not await self._doorkeeper.known.end(entered.session.id, until):
            return shown(pages.told("Signed out", _NOT_STORED), cookies=taken)
        return on_to(place, pages.SIGN_IN, cookies=taken)


_PRINTED_AGAIN = "Trueup prints the present one where it was started; `trueup link` prints it again."
_BY_THE_PROXY = "The proxy before this page did not say who you are. Go to the address that you were given."
_NOT_READ = "Trueup's own database cannot be read now, so nobody is known by name. Try again in a moment."
_NOT_STORED = (
    "This browser is signed out. Trueup's own database takes no writes now, so a copy of the cookie, if "
    "somebody has one, would open again after a restart of the screens."
)


def _question(scope: Scope) -> Mapping[str, str]:
    asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return {name: found[0] for name, found in asked.items() if len(found) == 1}


async def _form(receive: Receive) -> Mapping[str, str] | None:
    """Return the fields of a form; None where it is too long to be one of ours."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > FORM_BYTES:
            return None
        if not message.get("more_body", False):
            break
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: found[0] for name, found in fields.items()}
