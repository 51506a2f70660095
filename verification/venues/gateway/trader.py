"""Places orders through unmodified ccxt: the `Trader` port. What is in doubt is lost, never refused."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from decimal import Decimal
from operator import methodcaller
from typing import Any

import aiohttp
import ccxt

from verification.budget.purpose import Purpose, asked_for
from verification.facts.errors import AnswerLost, SourceMalformed
from verification.facts.leg import Leg, LegKey, Side
from verification.venues.capabilities import Capabilities
from verification.venues.ccxt.exchange import build_exchange
from verification.venues.ccxt.failures import (
    STUMBLES,
    NotSent,
    Translator,
    code_of,
    finds_time_wrong,
    secrets_of,
    text_of,
)
from verification.venues.port import Access
from verification.venues.reading.exactness import record, text
from verification.venues.registry import capabilities_of
from verification.venues.trading import NoSuchOrder, OrderRefused

_log = logging.getLogger(__name__)

MEASURING = 3.0
"""Seconds that measuring the venue's clock may take: an order waits for it."""

_SERVER_ERROR = 500
_TIMEOUT = 408


class _Doubtful(ccxt.OperationFailed):  # type: ignore[misc] # ccxt ships no types
    """The venue's own machines failed while they had the order."""


class CcxtTrader:
    """Implements `verification.venues.trading.Trader` with a ccxt exchange of its own.

    Orders are counted by the governor of its venue and address, and wait for no budget. While the venue asks
    us to wait an entry is refused here, unsent; what protects a position is tried all the same.
    """

    def __init__(self, access: Access, capabilities: Capabilities | None = None) -> None:
        """Prepare; nothing is sent before `connect`.

        Raises:
            SourceRejected: ccxt knows no such venue.
        """
        known = capabilities if capabilities is not None else capabilities_of(access.venue)
        self._known = known
        self._exchange = build_exchange(access, known)
        self._exchange.handle_errors = _doubting(self._exchange.handle_errors)
        secrets = secrets_of((access.api_key, access.secret, access.password))
        self._translate = Translator(access.venue, known, secrets)

    async def connect(self) -> None:
        """Load the markets, measure the venue's clock, ask for what else ccxt must know before an order.

        Raises:
            SourceError: It could not be read.
        """
        with asked_for(Purpose.VERIFICATION):
            try:
                await self._exchange.load_markets(True)  # noqa: FBT003 - ccxt's own: afresh, even after a failure
            except ccxt.BaseError as error:
                raise self._translate(error, "the market list") from None
            await self._set_clock()
            for method in self._known.before_trading:
                try:
                    await self._in_time("the kind of the account", methodcaller(method))
                except ccxt.BaseError as error:
                    raise self._translate(error, "the kind of the account") from None

    async def close(self) -> None:
        """Close every connection."""
        await self._exchange.close()

    async def enter(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        """Open a position at market; see the port."""
        params = self._of_leg(key, side, client_order_id)
        return await self._place("an entry", key, side, quantity, params, at_once=False)

    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        """Close a position at market, reduce-only; see the port."""
        params = self._of_leg(key, side, client_order_id, closes=True)
        return await self._place("an exit", key, side, quantity, params)

    async def place_stop(
        self, key: LegKey, side: Side, quantity: Decimal, trigger_price: Decimal, client_order_id: str
    ) -> str:
        """Place a reduce-only market stop; see the port."""
        self._must_fit("price", key.symbol, trigger_price)
        params = self._of_leg(key, side, client_order_id, closes=True)
        params["stopLossPrice"] = _plain(trigger_price)
        return await self._place("a stop", key, side, quantity, params)

    async def withdraw_stop(self, key: LegKey, client_order_id: str) -> bool:
        """Cancel a stop; see the port."""
        params = {"trigger": True, self._known.client_id_name: client_order_id}
        await self._send(
            "cancelling a stop", lambda exchange: exchange.cancel_order(None, key.symbol, params)
        )
        return self._known.cancels_at_once

    async def _place(
        self,
        what: str,
        key: LegKey,
        side: Side,
        quantity: Decimal,
        params: dict[str, Any],
        *,
        at_once: bool = True,
    ) -> str:
        self._must_fit("amount", key.symbol, quantity)
        amount = _plain(quantity)
        answer = await self._send(
            what,
            lambda exchange: exchange.create_order(key.symbol, "market", str(side), amount, None, params),
            at_once=at_once,
        )
        try:
            return text(record(answer, what), "id")
        except SourceMalformed as error:
            raise AnswerLost(
                f"{self._exchange.id}: {what} was sent, and its answer names no order"
            ) from error

    def _of_leg(
        self, key: LegKey, side: Side, client_order_id: str, *, closes: bool = False
    ) -> dict[str, Any]:
        """Return the parameters that name the order and its leg, and that it must not make it larger.

        Raises:
            OrderRefused: The side would do the opposite to that leg.
        """
        params: dict[str, Any] = {"clientOrderId": client_order_id}
        if key.leg is Leg.NET:
            return params | ({"reduceOnly": True} if closes else {})
        opens = Side.BUY if key.leg is Leg.LONG else Side.SELL
        if side is not (opens.opposite if closes else opens):
            done = "close" if closes else "open"
            raise OrderRefused(f"{self._exchange.id}: a {side} does not {done} a {key.leg} leg")
        # Elsewhere ccxt derives the leg from side and flag.
        params |= self._known.leg_parameters.get(key.leg, {"hedged": True})
        if closes and self._known.flags_exits_of_legs:
            params["reduceOnly"] = True
        return params

    def _must_fit(self, what: str, symbol: str, number: Decimal) -> None:
        """Refuse here what ccxt would round: what is sent is what was written down."""
        try:
            rounding = getattr(self._exchange, f"{what}_to_precision")
            sent = Decimal(rounding(symbol, _plain(number)))
        except ccxt.BaseError as error:
            raise OrderRefused(f"{self._exchange.id}: {what} {number} of {symbol}: {error}") from None
        if sent != number:
            raise OrderRefused(
                f"{self._exchange.id}: {what} {number} of {symbol} would be sent as {sent}: "
                "round it to the market's steps"
            )

    async def _send(self, what: str, call: Callable[[Any], Awaitable[Any]], *, at_once: bool = True) -> Any:
        purpose = Purpose.PROTECTION if at_once else Purpose.ENTRY
        try:
            with asked_for(purpose):
                return await self._in_time(what, call)
        except ccxt.BaseError as error:
            said = self._translate.clean(f"{self._exchange.id}: {what}: {_words(error)}")
            refused = NoSuchOrder if isinstance(error, ccxt.OrderNotFound) else OrderRefused
            kind = refused if is_refusal(error, self._known) else AnswerLost
            raise kind(said) from None  # ccxt's own text holds signed addresses
        except STUMBLES as error:
            said = f"{self._exchange.id}: {what}: ccxt could not read the answer ({type(error).__name__})"
            raise AnswerLost(said) from None

    async def _in_time(self, what: str, call: Callable[[Any], Awaitable[Any]]) -> Any:
        """Send a request; once more, by the venue's clock, where the venue turned it away for its time.

        What is turned away for its time had no effect, which is certain: so this sends nothing twice.
        """
        try:
            return await call(self._exchange)
        except ccxt.BaseError as error:
            if not _for_its_time(error, self._known) or not await self._set_clock():
                raise
            _log.warning("%s refused our time at %s: its clock was measured", self._exchange.id, what)
        return await call(self._exchange)

    async def _set_clock(self) -> bool:
        """Measure how far our clock is from the venue's, for what is sent from now on; False if in vain."""
        if not self._exchange.has.get("fetchTime"):
            return False
        try:
            async with asyncio.timeout(MEASURING):
                await self._exchange.load_time_difference()
        except (ccxt.BaseError, TimeoutError, *STUMBLES) as error:
            words = self._translate.clean(_words(error))
            _log.warning("the clock of %s could not be measured: %s", self._exchange.id, words)
            return False
        return True


def _for_its_time(error: Exception, known: Capabilities) -> bool:
    """Return True where the venue did nothing but find that a request bears a wrong time."""
    return finds_time_wrong(error, known) and is_refusal(error, known)


def is_refusal(error: Exception, known: Capabilities) -> bool:
    """Return True only where the order certainly had no effect. Every other failure leaves it in doubt.

    It had none when no connection was made, when the venue answered with an error code of its own that does
    not leave the state open, when it turned the request away for its rate, and when ccxt never sent it.
    """
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientConnectorError):
        return True
    if cause is not None or isinstance(error, (_Doubtful, ccxt.BadResponse, ccxt.RequestTimeout)):
        return False
    code = code_of(error)
    if code is not None:
        return code not in known.temporary_codes and code not in known.doubtful_codes
    if isinstance(error, (ccxt.RateLimitExceeded, ccxt.DDoSProtection)):
        return True
    # Without the venue's word it was either not sent (a missing argument, an unknown symbol), or who knows.
    return isinstance(error, (ccxt.BadSymbol, ccxt.ArgumentsRequired, ccxt.NotSupported, ccxt.InvalidOrder))


def _doubting(handle_errors: Callable[..., Any]) -> Callable[..., Any]:
    """Return ccxt's judge of answers, told that an order which met an error of the venue's is in doubt."""

    def judge(code: int, *rest: Any) -> Any:
        if code >= _SERVER_ERROR or code == _TIMEOUT:
            raise _Doubtful(f"HTTP {code}")
        return handle_errors(code, *rest)

    return judge


def _plain(number: Decimal) -> str:
    """Return a number as ccxt wants it: digits, never an exponent."""
    return f"{number:f}"


def _words(error: Exception) -> str:
    if isinstance(error, NotSent):
        return str(error)
    if isinstance(error.__cause__, aiohttp.ClientConnectorError):
        return "no connection could be made; nothing was sent"
    if error.__cause__ is not None:
        return f"the connection broke or no answer came ({type(error).__name__})"
    # Beyond these words ccxt's text may hold the address of the request.
    code, said = code_of(error), text_of(error)
    detail = " ".join(each for each in (code, said) if each)
    return detail or type(error).__name__
