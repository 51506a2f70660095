"""The server of `trueup run`: listens, lets in, answers. It never makes the watch wait, and never ends it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import orjson
import structlog
from aiohttp import web
from pydantic import BaseModel

from reconciler.facts.token import Role, Token
from reconciler.serve import door
from reconciler.serve.connections import Connections
from reconciler.serve.door import Open, Refused
from reconciler.serve.endpoint import Answered, Asked, Endpoint, Failure, House, Nothing
from reconciler.serve.keyring import Keyring
from reconciler.serve.refusals import NotAnswered, refusal_of
from verification.facts.spell import Spell

T = TypeVar("T")

BODY_MOST = 16 * 1024
"""Bytes of a body; what a person writes into a note is less."""

ANSWER_SECONDS = 10.0
"""How long an answer may take to be made, its request's body to arrive, and again to be taken."""

KEPT_SECONDS = 30.0
"""How long a connection is kept on which nothing is asked."""

AGAIN_SECONDS = 10.0
"""How often a port that another program has is asked for."""

TELL_SECONDS = 300.0
"""How often it is told again."""

UNKNOWN_SECONDS = 0.2
"""How long whoever shows no token waits for the answer: who tries many of them keeps nobody busy."""

THREADS = 2
WAITING_MOST = 16
"""Answers that may wait for the state database at once; a further one is told to come again."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Server": "trueup",
    "X-Content-Type-Options": "nosniff",
}

_OF_NO_ACCOUNT = frozenset({"/docs", "/openapi.json"})
"""Pages that tell of no account: what a token that is limited to groups is served."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Page = tuple[str, Callable[[], tuple[bytes, str]]]
"""What is no endpoint: its path, and what makes its bytes and their type, waiting for nothing."""

log = structlog.get_logger()


class Server:
    """Answers programs.

    Attributes:
        house: What answers are made of.
        connections: Those that are open.
    """

    def __init__(
        self,
        address: str,
        port: int,
        hosts: Sequence[str],
        *,
        house: House,
        endpoints: Sequence[Endpoint],
        pages: Sequence[Page],
    ) -> None:
        """Nothing is served yet.

        Args:
            address: What to listen on.
            port: Its port.
            hosts: Further names under which it is reached.
            house: What answers are made of.
            endpoints: What is offered.
            pages: What else is served, to this machine, or with a token.
        """
        self._address = address
        self._port = port
        self._places = door.places(address, port, hosts)
        self.house = house
        self._endpoints = endpoints
        self._pages = pages
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="serve")
        self._in_threads = 0
        self._keyring = Keyring(lambda: self._in_thread(house.console.tokens.every), house.clock)
        self.connections = Connections(asyncio.Protocol)

    async def run(self) -> None:
        """Serve until cancelled. What goes wrong here is told, tried again, and ends nothing else."""
        unserved = Spell(TELL_SECONDS)
        try:
            while True:
                try:
                    await self._serve()
                except OSError as error:
                    if unserved.met(self.house.clock.now()):
                        where = f"{self._address} port {self._port}"
                        hint = "the watch goes on; another port is set by [serve] port"
                        log.warning("serve.not_served", at=where, why=error.strerror, hint=hint)
                except Exception:
                    log.exception("serve.failed", hint="the watch goes on")
                await self.house.clock.sleep(AGAIN_SECONDS)
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _serve(self) -> None:
        runner = web.AppRunner(
            self._application(), access_log=None, keepalive_timeout=KEPT_SECONDS, lingering_time=0.0
        )
        await runner.setup()
        try:
            assert runner.server is not None
            self.connections = Connections(runner.server)
            loop = asyncio.get_running_loop()
            listening = await loop.create_server(self.connections, self._address, self._port)
            log.info("serve.served", at=f"{self._address} port {self._port}")
            async with listening:
                await self._keyring.run()
        finally:
            await runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._through_the_door], client_max_size=BODY_MOST)
        for endpoint in self._endpoints:
            path = endpoint.path.replace("{id}", r"{id:[1-9]\d{0,17}}")
            application.router.add_route(endpoint.method, path, partial(self._answer, endpoint))
        for path, make in self._pages:
            application.router.add_route("GET", path, partial(self._page, make))
        return application

    @web.middleware
    async def _through_the_door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer whatever comes, in its time, with an answer of ours."""
        self.connections.asked(request.transport)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await self._let_in(request, handler)
        except web.HTTPException as error:
            response = _failed(Refused(error.status, error.reason.lower()))
        except Exception as error:
            known = refusal_of(error)
            if known is None:
                log.exception("serve.error", path=request.path)
            response = _failed(known or Refused(500, "an unexpected error, which is told in the log"))
        response.headers.update(HEADERS)
        return await self._written(request, response)

    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        said = partial(request.headers.getall, default=[])
        foreign = door.foreign(said("Host"), said("Origin"), said("Sec-Fetch-Site"), self._places)
        return _failed(foreign) if foreign is not None else await handler(request)

    async def _written(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        """Send an answer; who does not take it in time is let go."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await response.prepare(request)
                await response.write_eof()
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        except ConnectionError:
            log.debug("serve.left", path=request.path)  # nobody is there any more
        return response

    async def _answer(self, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
        token = await self._token_for(request, endpoint.opens, endpoint.role)
        if isinstance(token, Refused):
            return _failed(token)
        asked = Asked(
            self.house.seen_by(token),
            endpoint.query.model_validate(_parameters(request)),
            await _body(request, endpoint.body),
            int(request.match_info.get("id", 0)),
            token,
        )
        if endpoint.from_memory:
            return _json(endpoint.does(asked))
        return _json(await self._in_thread(partial(endpoint.does, asked)))

    async def _page(self, make: Callable[[], tuple[bytes, str]], request: web.Request) -> web.StreamResponse:
        token = await self._token_for(request, Open.MACHINE, Role.VIEWER)
        if isinstance(token, Refused):
            return _failed(token)
        if token is not None and token.groups is not None and of_all_accounts(request.path):
            return _failed(Refused(403, f"the token of {token.name} is limited to groups; this is of all"))
        body, kind = make()
        return web.Response(body=body, headers={"Content-Type": kind})

    async def _token_for(self, request: web.Request, opens: Open, role: Role) -> Token | Refused | None:
        """Return the token of whoever asks, None where none is needed, or why they are not let in."""
        if opens is Open.MACHINE and door.on_this_machine(
            request.remote or "", request.headers.get("Host", ""), self._places
        ):
            return None
        shown = door.shown(request.headers.getall("Authorization", []))
        token = None if shown is None else await self._keyring.holder(shown)
        refused = door.let_in(token, role)
        if refused is None:
            return token
        if token is None and shown is not None and not self._keyring.was_read:
            return Refused(503, "the state database cannot be read, and no token without it: ask again")
        if token is None:
            await self.house.clock.sleep(UNKNOWN_SECONDS)
        return refused

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Do what may wait, in a thread of our own: the watch has others.

        Raises:
            NotAnswered: Too much waits already.
        """
        if self._in_threads >= WAITING_MOST:
            raise NotAnswered(503, "too many questions wait for an answer: ask again")
        self._in_threads += 1
        doing = asyncio.get_running_loop().run_in_executor(self._threads, work)
        doing.add_done_callback(self._left_thread)
        return await asyncio.shield(doing)

    def _left_thread(self, done: asyncio.Future[Any]) -> None:
        # Not sooner: a question whose time is over may still be in its thread.
        self._in_threads -= 1
        if not done.cancelled():
            done.exception()  # nobody may be there any more to hear it


def _parameters(request: web.Request) -> dict[str, Any]:
    """Return the parameters; one that is named several times is a list."""
    named: dict[str, Any] = {}
    for name in request.query:
        values = request.query.getall(name)
        named[name] = values[0] if len(values) == 1 else values
    return named


async def _body(request: web.Request, model: type[BaseModel] | None) -> BaseModel:
    if model is None:
        return Nothing()
    if request.content_type != "application/json":
        raise NotAnswered(415, "send the body as application/json")
    return model.model_validate_json(await request.read())


def _json(answered: Answered) -> web.Response:
    body = orjson.dumps(answered.answer.model_dump(mode="json"))
    return web.Response(status=answered.status, body=body, content_type="application/json")


def _failed(refused: Refused) -> web.Response:
    response = _json(Answered(Failure(error=refused.why), refused.status))
    if refused.status == 401:  # noqa: PLR2004 - the status itself
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.status == 503:  # noqa: PLR2004 - the status itself
        response.headers["Retry-After"] = "1"
    return response


def of_all_accounts(path: str) -> bool:
    """Return whether a page tells of all accounts: then it is not for a token that is limited to groups."""
    return path not in _OF_NO_ACCOUNT
