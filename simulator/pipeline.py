"""One HTTP request through journal, faults and face, in that order."""

import asyncio
import json
from collections.abc import Callable

from aiohttp import web

from simulator.effect import PriceChanged
from simulator.faults import Faults, Garbage, Phase, RequestAction, RequestFault
from simulator.journal import Entry, Journal
from simulator.truth import Truth
from simulator.wire import Answer, Call, Face

HTML = "<html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"
HTTP_ERROR = 400


class Pipeline:
    """Takes requests from the socket to the face and back, doing to them what the faults say."""

    def __init__(self, face: Face, truth: Truth, faults: Faults, journal: Journal) -> None:
        self._face = face
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
        )
        entry = self._journal.open(call, self._truth.clock.ms())
        faults = self._faults.of_request(call)
        before = [fault for fault in faults if fault.phase is Phase.BEFORE]
        after = [fault for fault in faults if fault.phase is Phase.AFTER]
        early = await self._meet(request, entry, before, lambda: Answer(200, {}))
        if early is not None:
            return self._end(entry, early)
        size = len(self._truth.log)
        answer = self._face.answer(call)
        entry.effect = any(not isinstance(effect, PriceChanged) for effect in self._truth.log[size:])
        late = await self._meet(request, entry, after, lambda: answer)
        return self._end(entry, late or self._json(answer))

    async def _meet(
        self, request: web.Request, entry: Entry, faults: list[RequestFault], answer: Callable[[], Answer]
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
        return None

    def _end(self, entry: Entry, response: web.Response) -> web.Response:
        entry.status = None if isinstance(response, _Dropped) else response.status
        entry.done = True
        return response

    def _json(self, answer: Answer) -> web.Response:
        return web.Response(
            status=answer.status,
            text=json.dumps(answer.body),
            content_type="application/json",
            headers=self._face.headers,
        )

    def _error(self, fault: RequestFault) -> web.Response:
        if fault.code is None:
            status = fault.status if fault.status >= HTTP_ERROR else 503
            return web.Response(status=status, text=fault.message or HTML, content_type="text/html")
        return self._json(self._face.refuse(fault.status, fault.code, fault.message))

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
                return self._json(Answer(fault.status, {"data": "something else"}))


class _Dropped(web.Response):
    """Stands for no answer: the connection is gone already."""
