"""One venue's dialect over ccxt's own code, with the wire replaced: answers come from a world, or damaged."""

import json
from typing import Any
from urllib.parse import urlsplit

from tests.verification.venues.samples import moment
from tests.verification.venues.untried_worlds import Answer, World
from tests.verification.venues.wireless import unspared
from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.exchange import build_exchange
from verification.venues.ccxt.failures import Translator
from verification.venues.port import Access
from verification.venues.reading.markets import Markets
from verification.venues.registry import capabilities_of
from verification.venues.unified.requests import Unified


class StoppedClock:
    def now(self) -> Moment:
        return moment()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing waits here, least of all {seconds} s")


class Scene:
    """A venue on which everything is read as it is at work, but for the wire."""

    def __init__(self, world: World) -> None:
        self.world = world
        known = unspared(capabilities_of(world.venue))
        given: dict[str, Any] = {"options": world.options, "enableRateLimit": False, **world.given}
        access = Access("main", world.venue, "key-key", "c2VjcmV0LXNlY3JldA==", "phrase", ccxt=given)
        self.exchange = build_exchange(access, known)
        self.exchange.fetch = self._fetch
        self.exchange.throttle = _at_once
        self.markets = Markets(known.part_of, known.rows)
        self.unified = Unified("main", self.markets, known)
        self.asker = Asker(self.exchange, Translator(world.venue, known, ()), StoppedClock())
        self.key = LegKey("main", world.symbol, Leg.NET)
        self.instead: dict[Answer, str] = {}
        self.asked: list[str] = []

    async def load(self) -> None:
        await self.exchange.load_markets(reload=True)
        self.markets.fill(self.exchange)

    async def _fetch(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        said = f"{url} {body or ''}"
        self.asked.append(f"{method} {said}")
        path = urlsplit(url).path
        told = (self.world.positions, self.world.orders, self.world.order, self.world.trades)
        for answer in (*(each for each in told if each is not None), *self.world.others):
            if answer.fits(method, path, said):
                text = self.instead.get(answer) or json.dumps(answer.body)
                break
        else:
            raise AssertionError(f"nobody answers {method} {said}")
        try:
            decoded = self.exchange.parse_json(text)
        except ValueError:
            decoded = None
        self.exchange.handle_errors(200, "OK", url, method, {}, text, decoded, headers, body)
        return decoded


async def _at_once(*_: Any) -> None:
    pass
