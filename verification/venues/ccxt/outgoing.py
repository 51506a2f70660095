"""What all that ccxt sends by HTTP passes before it leaves: it is counted, and held back by the governor."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from verification.budget.egress import egress_of
from verification.budget.purpose import present_shared_purpose
from verification.budget.rates import Limit, Rates
from verification.facts.clock import Clock, SystemClock
from verification.venues.ccxt.counted import Counted, counted
from verification.venues.ccxt.governor import Governor, Request
from verification.venues.port import Access

_MINUTE = 60.0
_PROXY = "a proxy"


@dataclass(frozen=True, slots=True)
class _Shared:
    """How accounts are shared with other processes, as `share` is told."""

    held: frozenset[str]
    among: Mapping[str, int]


class GovernorRegistry:
    """The governors of one process: one for each venue, its hosts, and the address that requests leave by."""

    def __init__(self, clock: Clock | None = None) -> None:
        """None yet."""
        self._clock = clock or SystemClock()
        self._known: dict[tuple[str, tuple[str, ...], tuple[object, ...]], Governor] = {}
        self._shared: _Shared | None = None

    def of(self, access: Access, exchange: Any, rates: Rates) -> Governor:
        """Return the governor of an account's exchange. Another host of a venue (a testnet) counts apart."""
        hosts = tuple(sorted(set(_hosts(exchange.urls.get("api")))))
        key = (access.venue, hosts, egress_of(access.egress, access.ccxt))
        if key not in self._known:
            limit = rates.address or Limit(_MINUTE * 1000 / float(exchange.rateLimit), _MINUTE)
            self._known[key] = Governor(rates, rates.name or str(exchange.name), limit, self._clock)
        governor = self._known[key]
        governor.know(access.account)
        self._apply(governor)
        return governor

    def share(self, held: Collection[str], among: Mapping[str, int]) -> None:
        """Use of each budget only the part of the accounts that are ours, and at least that of one.

        Args:
            held: Those that are ours, by name.
            among: By account, how many there are on its venue and address, over all processes.
        """
        self._shared = _Shared(frozenset(held), dict(among))
        for governor in self._known.values():
            self._apply(governor)

    def _apply(self, governor: Governor) -> None:
        if self._shared is None:
            return
        held, among = self._shared.held, self._shared.among
        # Of one that nobody here uses at the moment the part of one account is left.
        most = max((among.get(account, 1) for account in governor.users), default=None)
        if most is not None:
            ours = sum(account in held for account in governor.users)
            governor.share(min(1.0, max(1, ours) / most), held)

    def used(self) -> dict[str, float]:
        """Return, by account, the part of the limit of its venue and address that is used at this moment."""
        now = self._clock.now().monotonic
        return {
            account: governor.budget.used(now)
            for governor in self._known.values()
            for account in governor.users
        }

    def counted(self) -> tuple[Counted, ...]:
        """Return what is used of each counter at this moment."""
        now = self._clock.now().monotonic
        return tuple(counted(governor, _name_of(key[2]), now) for key, governor in self._known.items())

    def forget(self) -> None:
        """Begin anew, as a new process would."""
        self._known.clear()
        self._shared = None


def _name_of(egress: tuple[object, ...]) -> str:
    """Return what an address is called; of a proxy only that it is one, for it may hold a password."""
    if not egress:
        return ""
    return egress[0] if isinstance(egress[0], str) else _PROXY


OF_PROCESS = GovernorRegistry()
"""Shared by everything in this process: a venue counts by address, whoever asks."""


class Outgoing:
    """What one ccxt exchange passes before it sends, and tells of what it hears."""

    def __init__(self, account: str, rates: Rates, governor: Governor) -> None:
        """Open.

        Args:
            account: On whose behalf it sends.
            rates: How the venue counts.
            governor: Who lets it out.
        """
        self.governor = governor
        self.account = account
        self.rates = rates

    async def admit(self, request: Request) -> None:
        """Return when a request may be sent; `done` must follow.

        Raises:
            NotSent: It may not, and will not soon.
        """
        await self.governor.admit(request, present_shared_purpose())

    def done(self, request: Request) -> None:
        """Take note that a request has been answered, or has failed."""
        self.governor.done(request)

    def heard(self, path: str, status: int, headers: Mapping[str, str], body: str) -> None:
        """Take note of what an answer tells of the budget and of waiting."""
        self.governor.heard(self.account, path, status, headers, body)

    async def room(self, weight: float) -> None:
        """Return when a look of so much weight fits into the budget as a whole.

        Raises:
            NotSent: It does not, and will not soon.
        """
        await self.governor.room(self.account, weight, present_shared_purpose())

    def request(  # noqa: PLR0917 - ccxt's own order
        self, exchange: Any, path: str, api: Any, method: str, parameters: Any, config: Any
    ) -> Request:
        """Return what a request is and weighs: by the venue's documents, else by ccxt's costs."""
        named = parameters if isinstance(parameters, Mapping) else {}
        whole = _path_of(exchange, api, path)
        if self.rates.address is None:
            cost = exchange.calculate_rate_limiter_cost(api, method, path, named, config)
            return Request(self.account, whole, float(cost))
        address, user = self.rates.weight(method, whole, named)
        return Request(self.account, whole, address, user)


def led_through(parent: Any) -> dict[str, Any]:
    """Return the methods of a subclass of ccxt's exchange `parent` that lead through its `outgoing`."""

    async def fetch2(  # noqa: PLR0917 - ccxt's own signature
        self: Any,
        path: str,
        api: Any = "public",
        method: str = "GET",
        params: Any = None,
        config: Any = None,
    ) -> Any:
        outgoing: Outgoing = self.outgoing
        request = outgoing.request(self, path, api, method, params or {}, config or {})
        await outgoing.admit(request)
        try:
            return await parent.fetch2(self, path, api, method, params or {}, config or {})
        finally:
            outgoing.done(request)

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
        self.outgoing.heard(urlsplit(url).path, code, response_headers, response_body)
        return parent.on_rest_response(
            self, code, reason, url, method, response_headers, response_body, request_headers, request_body
        )

    return {"fetch2": fetch2, "on_rest_response": on_rest_response}


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
