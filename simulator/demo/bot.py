"""A small trading bot with its own journal: it opens with care, or carelessly, as the story wants."""

import random
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ccxt.pro

from reconciler.journal import Journal
from verification.clock import Clock
from verification.leg import Leg, LegKey, Side
from verification.question import Baseline, CloseQuestion, OpenQuestion
from verification.venue import Venue
from verification.verdict import VerdictKind
from verification.verification import Verification
from verification.verifier import Verifier

STOP_DISTANCE = Decimal("0.03")
"""How far from the price the bot puts its stop, as a share of it."""


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade the bot believes in.

    Attributes:
        entry: Its row in the journal.
        symbol: ccxt unified form.
        side: The side of the entry.
        quantity: Contracts, positive.
        stop_id: The venue's id of its stop; None while there is none.
    """

    entry: int
    symbol: str
    side: Side
    quantity: Decimal
    stop_id: str | None


class AnswerWasLost(Exception):
    """An order was sent and no answer came."""


class DemoBot:
    """Trades one account of the simulated venue."""

    def __init__(
        self, exchange: Any, venue: Venue, journal: Journal, clock: Clock, chance: random.Random
    ) -> None:
        """`exchange` is an unmodified ccxt.pro exchange for orders; `venue` is for verifying."""
        self._exchange = exchange
        self._venue = venue
        self._journal = journal
        self._clock = clock
        self._chance = chance
        self._verifier = Verifier(venue, clock, chance=chance)
        self.trades: dict[str, Trade] = {}

    async def open(self, symbol: str, side: Side, quantity: Decimal) -> Verification:
        """Open a position: journal, order, verify, stop. Nothing is believed that was not proved."""
        key = self._key(symbol)
        baseline = await self._verifier.baseline(key)
        name = self._name("open")
        entry = self._journal.opening(symbol, side, quantity, client_order_id=name)
        watch = self._verifier.watch(key)
        asked = self._clock.now()
        try:
            order_id: str | None = await self._order(symbol, side, quantity, name)
        except AnswerWasLost:
            order_id = None  # it may have executed; the verification asks by the client id
        if order_id is not None:
            self._journal.ordered(entry, order_id)
        question = OpenQuestion(key, side, quantity, order_id, name, baseline, exclusive=True, asked=asked)
        verification = await self._verifier.verify(question, watch)
        self._journal.verified(entry, verification)
        if verification.verdict.kind in (VerdictKind.CONFIRMED, VerdictKind.PARTIAL):
            held = abs(verification.verdict.quantity or quantity)
            self._journal.opened(entry, held)
            self.trades[symbol] = Trade(entry, symbol, side, held, None)
            await self.protect(symbol)
        elif verification.verdict.kind is VerdictKind.REFUTED:
            self._journal.failed(entry, verification.verdict.reason)
        return verification

    async def protect(self, symbol: str) -> str:
        """Put a stop below (above) the position and return its id."""
        trade = self.trades[symbol]
        price = Decimal(str((await self._exchange.fetch_ticker(symbol))["last"]))
        trigger = price * (1 - trade.side.sign * STOP_DISTANCE)
        order = await self._exchange.create_order(
            symbol,
            "STOP_MARKET",
            str(trade.side.opposite),
            float(trade.quantity),
            None,
            {"triggerPrice": self._exchange.price_to_precision(symbol, trigger), "reduceOnly": True},
        )
        stop_id = str(order["id"])
        self._journal.stop_placed(trade.entry, stop_id, trigger)
        self.trades[symbol] = Trade(trade.entry, symbol, trade.side, trade.quantity, stop_id)
        return stop_id

    async def close(self, symbol: str) -> Verification:
        """Close a position: journal, order, verify, and only then believe it."""
        trade = self.trades[symbol]
        return await self._exit(trade, trade.side.opposite, reduce_only=True)

    async def roll_back_wrongly(self, symbol: str) -> Verification:
        """Do what the bot of the incident did: "roll back" with a guessed side, which buys more."""
        trade = self.trades[symbol]
        return await self._exit(trade, trade.side, reduce_only=False)

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
        if trade.stop_id is not None:
            # The venue may have cancelled it together with the position.
            with suppress(ccxt.pro.OrderNotFound):
                await self._exchange.cancel_order(trade.stop_id, symbol, {"trigger": True})
        self._journal.closed(trade.entry)

    async def aclose(self) -> None:
        """End the verifications that still measure."""
        await self._verifier.close()

    async def _exit(self, trade: Trade, side: Side, *, reduce_only: bool) -> Verification:
        key = self._key(trade.symbol)
        held = await self._verifier.baseline(key)
        signed = trade.side.sign * trade.quantity
        position = held if held.quantity == signed else Baseline(signed, None)
        name = self._name("close")
        self._journal.closing(trade.entry, client_order_id=name, quantity=trade.quantity)
        watch = self._verifier.watch(key)
        asked = self._clock.now()
        try:
            order_id: str | None = await self._order(
                trade.symbol, side, trade.quantity, name, reduce_only=reduce_only
            )
        except AnswerWasLost:
            order_id = None
        if order_id is not None:
            self._journal.ordered(trade.entry, order_id)
        alone = trade.stop_id is None  # a resting stop may fire while the exit works
        question = CloseQuestion(key, position, order_id, name, exclusive=alone, asked=asked)
        verification = await self._verifier.verify(question, watch)
        self._journal.verified(trade.entry, verification)
        if verification.verdict.kind is VerdictKind.CONFIRMED:
            await self.forget(trade.symbol)
        return verification

    async def _order(
        self, symbol: str, side: Side, quantity: Decimal, name: str, *, reduce_only: bool = False
    ) -> str:
        params: dict[str, Any] = {"clientOrderId": name}
        if reduce_only:
            params["reduceOnly"] = True
        try:
            order = await self._exchange.create_order(
                symbol, "market", str(side), float(quantity), None, params
            )
        except ccxt.pro.NetworkError as error:
            raise AnswerWasLost(str(error)) from error
        return str(order["id"])

    def _name(self, what: str) -> str:
        return f"demo-{what}-{self._chance.getrandbits(48):012x}"

    def _key(self, symbol: str) -> LegKey:
        return LegKey(self._venue.access.account, symbol, Leg.NET)
