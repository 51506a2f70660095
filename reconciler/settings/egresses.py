"""Which accounts share the address that their requests leave by, and how often they can be swept; pure."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from reconciler.settings.problem import Problem
from verification.budget.counter import SWEEPS_MOST
from verification.budget.egress import egress_of, proxies_of
from verification.budget.rates import LISTS_EVERY
from verification.venues.registry import capabilities_of

USUAL_SYMBOLS = 10
"""On how many symbols an account is reckoned to have orders that its verdicts rest on."""

_LONGEST = 3600.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Shared:
    """Accounts whose requests one venue counts together.

    Attributes:
        venue: ccxt exchange id.
        accounts: Their names.
        weight: What sweeping all of them once weighs at rest; 0 where that is not documented.
        a_second: What sweeps may spend in a second, on average.
        lists: What of that goes to lists of all orders, which are asked for now and then.
    """

    venue: str
    accounts: tuple[str, ...]
    weight: float
    a_second: float
    lists: float = 0.0

    @property
    def least(self) -> timedelta:
        """The shortest time between two sweeps that fits into the budget; whole seconds, if above one."""
        left = self.a_second - self.lists
        seconds = (self.weight / left if left > 0 else _LONGEST) if self.weight else 0.0
        return timedelta(seconds=math.ceil(seconds) if seconds > 1 else math.ceil(seconds * 100) / 100)

    def a_minute(self, every: float) -> float:
        """Return what sweeps of all of them spend in a minute, one every so many seconds."""
        return 60 * (self.weight / every + self.lists)


def shared(accounts: Mapping[str, Any]) -> Iterator[Shared]:
    """Yield the accounts by venue and address, as the settings tell it; what is no account is left out."""
    together: dict[tuple[object, ...], list[str]] = {}
    for name, account in accounts.items():
        if isinstance(account, Mapping) and isinstance(account.get("venue"), str):
            ccxt = account.get("ccxt")
            ccxt = ccxt if isinstance(ccxt, Mapping) else {}
            # Another host of the venue, such as a testnet, counts apart.
            key = (account["venue"], str(ccxt.get("urls")), egress_of(str(account.get("egress") or ""), ccxt))
            together.setdefault(key, []).append(name)
    for (venue, *_), names in together.items():
        rates = capabilities_of(str(venue)).rates
        # A simulated venue on this machine is nobody's budget.
        limit = None if _on_this_machine(accounts[names[0]]) else rates.address
        a_second = limit.most * limit.ours * SWEEPS_MOST / limit.window if limit is not None else math.inf
        weight = lists = 0.0
        if limit is not None:
            weight = rates.rest_weight(USUAL_SYMBOLS) * len(names)
            once = rates.look_weight() - rates.sweep_weight((0,) * len(rates.look[1:]))
            lists = once * len(names) / LISTS_EVERY if rates.at_once_from else 0.0
        yield Shared(str(venue), tuple(names), weight, a_second, lists)


def sharers(accounts: Mapping[str, Any]) -> dict[str, int]:
    """Return by account how many share its venue and address, itself included."""
    return {name: len(each.accounts) for each in shared(accounts) for name in each.accounts}


def _on_this_machine(account: Mapping[str, Any]) -> bool:
    """Return True where the settings lead all requests of an account to loopback: to `trueup venue`."""
    ccxt = account.get("ccxt")
    urls = ccxt.get("urls") if isinstance(ccxt, Mapping) else None
    hosts = set(_hosts(urls))
    return bool(hosts) and hosts <= _LOOPBACK


def _hosts(urls: object) -> Iterator[str | None]:
    if isinstance(urls, str):
        yield urlsplit(urls).hostname
    elif isinstance(urls, Mapping):
        for each in urls.values():
            yield from _hosts(each)


def least_interval(accounts: Mapping[str, Any]) -> timedelta:
    """Return the shortest time between two sweeps that fits into the budget of every address."""
    return max((each.least for each in shared(accounts)), default=timedelta())


def egress_problems(accounts: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield names of addresses that cannot be meant: one name, and different proxies."""
    named: dict[str, str] = {}
    for name, account in accounts.items():
        egress = account.get("egress") if isinstance(account, Mapping) else None
        if not isinstance(egress, str) or not egress:
            continue
        first = named.setdefault(egress, name)
        if _proxies(accounts[first]) != _proxies(account):
            yield Problem(
                f"accounts.{name}.egress",
                f"is {egress}, as that of {first}, but the proxies in their ccxt differ, and so do their "
                "addresses: give each address a name of its own, or both the same proxy",
            )


def _proxies(account: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    ccxt = account.get("ccxt")
    return proxies_of(ccxt) if isinstance(ccxt, Mapping) else ()


def interval_problems(interval: object, accounts: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield why an interval that is set would spend the budget by itself; wrong types are told elsewhere.

    Args:
        interval: As it stands in the settings, in seconds; None where it does not.
        accounts: The accounts, as they stand there.
    """
    try:
        seconds = float(interval) if isinstance(interval, int | float | str) else math.nan
    except ValueError:
        return
    for each in shared(accounts):
        if 0 < seconds < each.least.total_seconds():
            of = f"of {' and '.join(each.accounts)} on {each.venue}"
            yield Problem(
                "checks.interval",
                f"{seconds:g} is too short: sweeps {of} would spend {each.a_minute(seconds):.0f} of "
                f"request weight a minute, and {each.a_second * 60:.0f} of it are for them: "
                f"set {each.least.total_seconds():g} or more; events are checked at once all the same",
            )
