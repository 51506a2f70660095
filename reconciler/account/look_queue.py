"""What is to be looked at next on one account: everything, or some symbols; at once, or when it is due."""

import asyncio
from collections.abc import Iterable

WHOLE = "*"
"""Stands for every symbol in the plans; no venue has a symbol of this name."""

MANY = 40
"""Of more symbols the whole account is looked at: two lists of orders for each of them cost more than all of
it does, and a look at so many would not fit into the budget of requests."""


class LookQueue:
    """Gathers what events and plans ask for. A symbol has at most one plan: the earliest one."""

    def __init__(self) -> None:
        """Nothing is asked for."""
        self._due: set[str] = set()
        self._plans: dict[str, asyncio.TimerHandle] = {}
        self._news = asyncio.Event()

    def soon(self, symbols: Iterable[str]) -> None:
        """Have these symbols looked at as soon as may be."""
        for symbol in symbols:
            plan = self._plans.pop(symbol, None)
            if plan is not None:
                plan.cancel()
            self._due.add(symbol)
        if self._due:
            self._news.set()

    def everything_soon(self) -> None:
        """Have the whole account looked at as soon as may be."""
        self.soon((WHOLE,))

    def later(self, symbol: str, seconds: float | None) -> None:
        """Have a symbol (`WHOLE`: everything) looked at in so many seconds, if it is not planned earlier.

        With None nothing is planned.
        """
        if seconds is None:
            return
        loop = asyncio.get_running_loop()
        planned = self._plans.get(symbol)
        if planned is not None:
            if planned.when() <= loop.time() + seconds:
                return
            planned.cancel()
        self._plans[symbol] = loop.call_later(seconds, self.soon, (symbol,))

    def plans(self, symbol: str) -> bool:
        """Return True when a symbol (`WHOLE`: everything) has a plan, or is due."""
        return symbol in self._plans or symbol in self._due

    def forget(self, symbol: str) -> None:
        """Drop the plan of a symbol: it has just been looked at."""
        plan = self._plans.pop(symbol, None)
        if plan is not None:
            plan.cancel()

    async def wait(self) -> None:
        """Wait until something is due."""
        await self._news.wait()

    def take(self) -> frozenset[str] | None:
        """Return the symbols that are due, and forget them; None when everything is, or more than `MANY`."""
        due, self._due = frozenset(self._due), set()
        self._news.clear()
        return None if WHOLE in due or len(due) > MANY else due

    def close(self) -> None:
        """Drop every plan."""
        for plan in self._plans.values():
            plan.cancel()
        self._plans.clear()
