"""A small trading bot with its own journal: it opens with care, or carelessly, as the story wants."""

import random
from contextlib import suppress
from decimal import Decimal
from typing import Any

import ccxt.pro

from reconciler.journal.journal import Journal
from verification.facts.clock import Clock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.question import Baseline, CloseQuestion
from verification.facts.verification import Verification
from verification.opening.opener import Intent, Opener
from verification.opening.outcome import Closed, Opened, Outcome
from verification.race.verifier import Verifier
from verification.venues.port import Venue
from verification.venues.trading import Trader

STOP_DISTANCE = Decimal("0.03")
"""How far from the price the bot puts its stop, as a share of it."""


class AnswerWasLost(Exception):
    """An order was sent and no answer came."""


class DemoBot:
    """Trades one account of the simulated venue."""

    def __init__(
        self,
        exchange: Any,
        venue: Venue,
        trader: Trader,
        journal: Journal,
        clock: Clock,
        *,
        rng: random.Random,
    ) -> None:
        """`exchange` is an unmodified ccxt.pro exchange for what is done carelessly; the rest is for care."""
        self._exchange = exchange
        self._venue = venue
        self._journal = journal
        self._clock = clock
        self._rng = rng
        self._verifier = Verifier(venue, clock, rng=rng)
        self._opener = Opener(venue, trader, journal, clock, rng=rng)
        self.trades: dict[str, Opened] = {}

    async def open(self, symbol: str, side: Side, quantity: Decimal) -> Outcome:
        """Open a position with a stop, and believe in it only when both are proved."""
        intent = Intent(symbol, side, quantity, await self._stop_price(symbol, side))
        outcome = await self._opener.open(intent)
        if isinstance(outcome, Opened):
            self.trades[symbol] = outcome
        return outcome

    async def protect(self, symbol: str) -> Outcome:
        """Put another stop below (above) the position."""
        trade = self.trades[symbol]
        outcome = await self._opener.protect(trade, await self._stop_price(symbol, _side_of(trade)))
        if isinstance(outcome, Opened):
            self.trades[symbol] = outcome
        return outcome

    async def close(self, symbol: str) -> Outcome:
        """Close a position, and believe it only when it is proved."""
        outcome = await self._opener.leave(self.trades[symbol])
        if isinstance(outcome, Closed):
            del self.trades[symbol]
        return outcome

    async def roll_back_wrongly(self, symbol: str) -> Verification:
        """Do what the bot of the incident did: "roll back" with a guessed side, which buys more."""
        trade = self.trades[symbol]
        key = self._key(symbol)
        held = await self._verifier.baseline(key)
        position = held if held.quantity == trade.quantity else Baseline(trade.quantity, None)
        size = abs(trade.quantity)
        name = self._name("close")
        self._journal.closing(trade.entry, client_order_id=name, quantity=size)
        watch = self._verifier.watch(key)
        asked = self._clock.now()
        order_id = await self._order(symbol, _side_of(trade), size, name)
        self._journal.ordered(trade.entry, order_id)
        # Its stop may fire while the exit works.
        question = CloseQuestion(key, position, order_id, name, exclusive=False, asked=asked)
        verification = await self._verifier.verify(question, watch)
        self._journal.verified(trade.entry, verification)
        return verification

    async def open_carelessly(self, symbol: str, side: Side, quantity: Decimal) -> None:
        """Do what many bots do: when no answer comes, forget the order."""
        name = self._name("open")
        entry = self._journal.opening(symbol, side, quantity, client_order_id=name)
        try:
            await self._order(symbol, side, quantity, name)
        except AnswerWasLost:
            self._journal.failed(entry, "no answer from the exchange, so the bot dropped the trade")

    async def forget(self, symbol: str) -> None:
        """Learn that a position is gone: the books are put right, the stop is cancelled."""
        trade = self.trades.pop(symbol)
        # The venue may have cancelled it together with the position.
        with suppress(ccxt.pro.OrderNotFound):
            await self._exchange.cancel_order(trade.stop.order_id, symbol, {"trigger": True})
        self._journal.closed(trade.entry)

    async def aclose(self) -> None:
        """Carry through what is under way, and end the verifications that still measure."""
        await self._opener.close()
        await self._verifier.close()

    async def _stop_price(self, symbol: str, side: Side) -> Decimal:
        price = Decimal(str((await self._exchange.fetch_ticker(symbol))["last"]))
        return price * (1 - side.sign * STOP_DISTANCE)

    async def _order(self, symbol: str, side: Side, quantity: Decimal, name: str) -> str:
        try:
            order = await self._exchange.create_order(
                symbol, "market", str(side), float(quantity), None, {"clientOrderId": name}
            )
        except ccxt.pro.NetworkError as error:
            raise AnswerWasLost(str(error)) from error
        return str(order["id"])

    def _name(self, what: str) -> str:
        return f"demo-{what}-{self._rng.getrandbits(48):012x}"

    def _key(self, symbol: str) -> LegKey:
        return LegKey(self._venue.access.account, symbol, Leg.NET)


def _side_of(trade: Opened) -> Side:
    """Return the side of the entry."""
    return Side.BUY if trade.quantity > 0 else Side.SELL
