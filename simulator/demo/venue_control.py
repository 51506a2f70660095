"""The control API of the simulated venue, as the story uses it."""

from types import TracebackType
from typing import Any, Self

import aiohttp


class VenueControl:
    """Steers the venue from outside: faults, an outside hand, the stream. Use as an async context manager."""

    def __init__(self, url: str) -> None:
        """`url` is the venue's address."""
        self._session = aiohttp.ClientSession(base_url=url)

    async def lag_positions(self, symbol: str, seconds: float) -> None:
        """Have the position list show a symbol as it was `seconds` ago, for a minute."""
        await self._post(
            "faults", kind="lag", source="positions", symbol=symbol, seconds=seconds, for_seconds=60
        )

    async def lose_next_answer(self, method: str, path: str, symbol: str) -> None:
        """Cut the connection after the effect of the next such request."""
        await self._post(
            "faults",
            kind="request",
            action="lose",
            phase="after",
            method=method,
            path=path,
            symbol=symbol,
            times=1,
        )

    async def cancel_stops(self, symbol: str) -> None:
        """Cancel every resting stop of a symbol by an outside hand."""
        async with self._session.get("/sim/state") as answer:
            state = await answer.json()
        for stop in state["open_stops"]:
            if stop["symbol"] == symbol:
                await self._post("cancel", id=int(stop["id"]))

    async def close_by_hand(self, symbol: str) -> None:
        """Close the whole position of a symbol by an outside hand."""
        await self._post("close", symbol=symbol)

    async def silence_stream(self) -> None:
        """Keep the stream connected and answering pings, but push nothing."""
        await self._post("stream", silent=True)

    async def restore_stream(self) -> None:
        """Let the stream push again. What was missed stays missed."""
        await self._post("stream", silent=False)

    async def _post(self, what: str, **wish: Any) -> None:
        async with self._session.post(f"/sim/{what}", json=wish) as answer:
            answer.raise_for_status()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
