"""One HTTP request through limits, journal, faults and face, in that order."""

import asyncio
import json
from collections.abc import Callable

from aiohttp import web

from simulator.engine.effect import PriceChanged
from simulator.engine.truth import Truth
from simulator.faults.faults import Faults, Garbage, Phase, RequestAction, RequestFault
from simulator.serving.journal import Entry, Journal
from simulator.serving.limits import Limits
from simulator.wire import Answer, Call, Face

HTML = "<html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"
HTTP_ERROR = 400


class Pipeline:
    """Takes requests from the socket to the face and back, doing to them what the faults say."""

    def __init__(self, face: Face, limits: Limits, truth: Truth, faults: Faults, journal: Journal) -> None:
        self._face = face
        self._limits = limits
        self._truth = truth
        self._faults = faults
        self._journal = journal

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or drop it."""
        call = Call(
            method=request.method,
            path=request.path,
            query=request.rel_url.raw_query_string,
            body=await request.text(),
            headers={name.lower(): value for name, value in request.headers.items()},
            peer=request.remote or "",
        )
        counted = self._limits.count(call)
        entry = self._journal.open(call, self._truth.clock.ms(), counted.weight)
        response = await self._answer(request, call, entry, counted.refusal)
        response.headers.update(counted.headers)
        return self._end(entry, response)

    async def _answer(
        self, request: web.Request, call: Call, entry: Entry, refusal: Answer | None
    ) -> web.Response:
        if refusal is not None:
            return _written(refusal)
        faults = self._faults.of_request(call)
        before = [fault for fault in faults if fault.phase is Phase.BEFORE]
        after = [fault for fault in faults if fault.phase is Phase.AFTER]
        early = await self._meet(request, call, entry, before, lambda: Answer(200, {}))
        if early is not None:
            return early
        size = len(self._truth.log)
        answer = self._face.answer(call)
        entry.effect = any(not isinstance(effect, PriceChanged) for effect in self._truth.log[size:])
        return await self._meet(request, call, entry, after, lambda: answer) or _written(answer)

    async def _meet(
        self,
        request: web.Request,
        call: Call,
        entry: Entry,
        faults: list[RequestFault],
        answer: Callable[[], Answer],
    ) -> web.Response | None:
        """Do to a request what faults say, and return the answer they give; None when it goes on."""
        for fault in faults:
            entry.faults.append(f"{fault.action} {fault.phase}")
            match fault.action:
                case RequestAction.DELAY:
                    await asyncio.sleep(fault.seconds)
                case RequestAction.LOSE:
                    if request.transport is not None:
                        request.transport.abort()
                    entry.status = None
                    return _Dropped()
                case RequestAction.ERROR:
                    return self._error(fault)
                case RequestAction.GARBAGE:
                    return self._garbage(fault, answer())
                case RequestAction.LIMIT:
                    seconds = self._faults.left(fault) if fault.told else None
                    return _written(self._limits.turn_away(call, fault.status, seconds))
        return None

    def _end(self, entry: Entry, response: web.Response) -> web.Response:
        entry.status = None if isinstance(response, _Dropped) else response.status
        entry.done = True
        return response

    def _error(self, fault: RequestFault) -> web.Response:
        if fault.code is None:
            status = fault.status if fault.status >= HTTP_ERROR else 503
            return web.Response(status=status, text=fault.message or HTML, content_type="text/html")
        return _written(self._face.refuse(fault.status, fault.code, fault.message))

    def _garbage(self, fault: RequestFault, answer: Answer) -> web.Response:
        whole = json.dumps(answer.body)
        match fault.garbage:
            case Garbage.HTML:
                return web.Response(status=fault.status, text=HTML, content_type="text/html")
            case Garbage.EMPTY:
                return web.Response(status=fault.status, text="", content_type="application/json")
            case Garbage.TRUNCATED:
                half = whole[: len(whole) // 2] or "{"
                return web.Response(status=fault.status, text=half, content_type="application/json")
            case Garbage.SHAPE:
                return _written(Answer(fault.status, {"data": "something else"}))


def _written(answer: Answer) -> web.Response:
    if isinstance(answer.body, str):
        return web.Response(status=answer.status, text=answer.body, headers=answer.headers)
    body = json.dumps(answer.body)
    return web.Response(
        status=answer.status, text=body, content_type="application/json", headers=answer.headers
    )


class _Dropped(web.Response):
    """Stands for no answer: the connection is gone already."""
