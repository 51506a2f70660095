"""Asks a venue one thing at a time through ccxt, and raises the project's errors when it fails."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import ccxt

from verification.facts.clock import Clock
from verification.facts.errors import SourceError, SourceMalformed
from verification.facts.slices import unhurried
from verification.venues.ccxt.failures import STUMBLES, Translator
from verification.venues.ccxt.long_list import (
    Known,
    Reading,
    Undecoded,
    as_it_came,
    read_decoded,
    read_undecoded,
)

T = TypeVar("T")
R = TypeVar("R")
_log = logging.getLogger(__name__)


class OrderUnknown(Exception):
    """The venue answered that it knows no such order, which proves nothing: it may not show it yet."""


class Asker:
    """One ccxt exchange: what is urgent never queues behind what is not."""

    def __init__(self, exchange: Any, translate: Translator, clock: Clock) -> None:
        self.exchange = exchange
        self.clock = clock
        self._translate = translate

    def of(self, twin: Any) -> "Asker":
        """Return one that asks in the same way through a twin of its exchange."""
        return Asker(twin, self._translate, self.clock)

    async def ask(self, request: str, call: Callable[[Any], Awaitable[Any]], read: Callable[[Any], T]) -> T:
        """Send a request and read its answer.

        Args:
            request: What is asked for, for messages.
            call: Sends it on the ccxt exchange; called again once when the venue finds our clock wrong.
            read: Makes values of the raw answer.

        Raises:
            OrderUnknown: The venue knows no such order.
            SourceError: Anything else that went wrong.
        """
        answer = await self._send(request, call)
        try:
            return read(answer)
        except SourceMalformed as error:
            raise self._not_believed(request, error) from None

    async def ask_list(
        self,
        request: str,
        call: Callable[[Any], Awaitable[Any]],
        how: Reading[T, R],
        known: Known[T, R] | None = None,
    ) -> R:
        """Send a request and read the list that answers it, in slices where it is long.

        Args:
            request: What is asked for, for messages.
            call: Sends it, as for `ask`.
            how: How the list is read.
            known: What the same request was answered the last time; it is renewed.

        Raises:
            SourceError: It went wrong.
        """
        with as_it_came():
            answer = await self._send(request, call)
        try:
            if isinstance(answer, Undecoded):
                decode = self.exchange.on_json_response
                reading = read_undecoded(answer, decode, how, Known() if known is None else known)
            elif isinstance(answer, list):
                reading = read_decoded(answer, None, how)
            else:
                raise SourceMalformed("it is not a list of objects")
            return await unhurried(reading, self.clock)
        except ccxt.BaseError as error:
            raise self._translate(error, request) from None
        except SourceMalformed as error:
            raise self._not_believed(request, error) from None

    def _not_believed(self, request: str, error: SourceMalformed) -> SourceMalformed:
        message = f"{self.exchange.id}: {request}: {error}: the answer is not believed"
        return type(error)(self._translate.clean(message))

    async def room(self, weight: float) -> SourceError | None:
        """Wait until a look of so much weight fits into the budget; return why it does not.

        A look of which half is asked would have cost as much, and told nothing.
        """
        try:
            await self.exchange.outgoing.room(weight)
        except ccxt.BaseError as error:
            return self._translate(error, "a look at the account")
        return None

    def _may_be_timed(self, error: Exception) -> bool:
        return self._translate.finds_time_wrong(error) and bool(self.exchange.has.get("fetchTime"))

    async def _send(self, request: str, call: Callable[[Any], Awaitable[Any]]) -> Any:
        try:
            try:
                return await call(self.exchange)
            except ccxt.BaseError as error:
                if not self._may_be_timed(error):
                    raise
                _log.warning("%s refused our time at %s: measuring its clock", self.exchange.id, request)
            await self.exchange.load_time_difference()
            return await call(self.exchange)
        except ccxt.OrderNotFound:
            raise OrderUnknown(request) from None
        except ccxt.BaseError as error:
            # The cause is cut off: its text holds signed addresses.
            raise self._translate(error, request) from None
        except STUMBLES as error:
            # ccxt reads an answer while it fetches it. What it cannot read is a failed read, and its text may
            # hold anything: the kind and the place are enough to find it.
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = "" if where is None else f" in {where.tb_frame.f_code.co_name}"
            raise SourceMalformed(
                f"{self.exchange.id}: {request} failed (ccxt met {type(error).__name__}{place}): "
                "the answer is not believed"
            ) from None
