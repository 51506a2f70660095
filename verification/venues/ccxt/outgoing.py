"""What all that ccxt sends by HTTP passes before it leaves: it is counted, and held back by the governor."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from verification.budget.egress import egress_of
from verification.budget.purpose import present_shared_purpose
from verification.budget.rates import Limit, Rates
from verification.facts.clock import Clock, SystemClock
from verification.venues.capabilities import Capabilities
from verification.venues.ccxt.governor import Governor, Request
from verification.venues.port import Access

_MINUTE = 60.0


class GovernorRegistry:
    """The governors of one process: one for each venue, its hosts, and the address that requests leave by."""

    def __init__(self, clock: Clock | None = None) -> None:
        """None yet."""
        self._clock = clock or SystemClock()
        self._known: dict[tuple[object, ...], Governor] = {}

    def of(self, access: Access, exchange: Any, rates: Rates) -> Governor:
        """Return the governor of an account's exchange. Another host of a venue (a testnet) counts apart."""
        hosts = tuple(sorted(set(_hosts(exchange.urls.get("api")))))
        key = (access.venue, hosts, egress_of(access.egress, access.ccxt))
        if key not in self._known:
            limit = rates.address or Limit(_MINUTE * 1000 / float(exchange.rateLimit), _MINUTE)
            self._known[key] = Governor(rates, rates.name or str(exchange.name), limit, self._clock)
        governor = self._known[key]
        governor.know(access.account)
        return governor

    def forget(self) -> None:
        """Begin anew, as a new process would."""
        self._known.clear()


OF_PROCESS = GovernorRegistry()
"""Shared by everything in this process: a venue counts by address, whoever asks."""


class Outgoing:
    """What one ccxt exchange passes before it sends, and tells of what it hears."""

    def __init__(self, account: str, capabilities: Capabilities) -> None:
        """Closed until it has its governor."""
        self.governor: Governor | None = None
        self._account = account
        self._rates = capabilities.rates

    def methods(self, parent: Any) -> dict[str, Any]:
        """Return the methods of a subclass of ccxt's exchange `parent` that lead through here."""
        outgoing = self

        async def fetch2(  # noqa: PLR0917 - ccxt's own signature
            self: Any,
            path: str,
            api: Any = "public",
            method: str = "GET",
            params: Any = None,
            config: Any = None,
        ) -> Any:
            request = outgoing.request(self, path, api, method, params or {}, config or {})
            governor = outgoing.governor
            assert governor is not None, "the exchange is wholly built before it sends"
            await governor.admit(request, present_shared_purpose())
            try:
                return await parent.fetch2(self, path, api, method, params or {}, config or {})
            finally:
                governor.done(request)

        def on_rest_response(  # noqa: PLR0917 - ccxt's own signature
            self: Any,
            code: int,
            reason: str,
            url: str,
            method: str,
            response_headers: Mapping[str, str],
            response_body: str,
            request_headers: Any,
            request_body: Any,
        ) -> Any:
            if outgoing.governor is not None:
                outgoing.governor.heard(
                    outgoing._account, urlsplit(url).path, code, response_headers, response_body
                )
            return parent.on_rest_response(
                self,
                code,
                reason,
                url,
                method,
                response_headers,
                response_body,
                request_headers,
                request_body,
            )

        return {"fetch2": fetch2, "on_rest_response": on_rest_response}

    async def room(self, symbols: int | None) -> None:
        """Return when a look at so many symbols (None: at all) fits into the budget as a whole.

        Raises:
            NotSent: It does not, and will not soon.
        """
        assert self.governor is not None, "the exchange is wholly built before it sends"
        await self.governor.room(self._account, self._rates.look_weight(symbols), present_shared_purpose())

    def request(  # noqa: PLR0917 - ccxt's own order
        self, exchange: Any, path: str, api: Any, method: str, parameters: Any, config: Any
    ) -> Request:
        """Return what a request is and weighs: by the venue's documents, else by ccxt's costs."""
        named = parameters if isinstance(parameters, Mapping) else {}
        whole = _path_of(exchange, api, path)
        if self._rates.address is None:
            cost = exchange.calculate_rate_limiter_cost(api, method, path, named, config)
            return Request(self._account, whole, float(cost))
        address, user = self._rates.weight(method, whole, named)
        return Request(self._account, whole, address, user)


def _path_of(exchange: Any, api: Any, path: str) -> str:
    """Return the path of a request's address, which is only made when it is signed."""
    place: Any = exchange.urls.get("api")
    for name in api if isinstance(api, list | tuple) else (api,):
        place = place.get(name) if isinstance(place, Mapping) else place
    start = urlsplit(place).path if isinstance(place, str) else ""
    return f"{start.rstrip('/')}/{path.lstrip('/')}"


def _hosts(urls: Any) -> Iterator[str]:
    if isinstance(urls, str):
        yield urlsplit(urls).netloc
    elif isinstance(urls, Mapping):
        for each in urls.values():
            yield from _hosts(each)
