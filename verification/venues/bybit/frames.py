"""Reads frames of Bybit's private v5 stream into observations, numbers straight from their text.

Topics: Bybit v5 private stream documentation. A message about a position holds the whole row of that one leg
and comes with every order that is created, amended or cancelled, changed or not; only its `seq` tells a new
fact from a repeated one. Rows of other categories (spot, inverse, option) are of other products.
"""

from collections.abc import Iterator

from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Provenance, Source
from verification.venues.bybit.rows import (
    ended,
    executed,
    held,
    key_of,
    leg_of_execution,
    moved,
    side,
    status,
    version,
)
from verification.venues.frame import Frame
from verification.venues.reading.exactness import (
    Row,
    above_zero,
    directed,
    exact,
    in_microseconds,
    milliseconds,
    optional_exact,
    optional_text,
    record,
    rows,
    text,
)
from verification.venues.reading.markets import Markets

TOPICS = ("position", "order", "execution")
_CATEGORY = "linear"
_PONGS = frozenset({"ping", "pong"})


class BybitFrames:
    """Reads frames, and remembers which contracts are in hedge mode: executions do not say.

    Attributes:
        hedged: The mode of a contract that nothing has been seen of yet.
    """

    def __init__(self, account: str, markets: Markets) -> None:
        """Nothing is known of any contract yet."""
        self.hedged = False
        self._account = account
        self._markets = markets
        self._hedged: dict[str, bool] = {}

    def learn(self, key: LegKey) -> None:
        """Note the mode of a contract from a leg of it."""
        self._hedged[key.symbol] = key.leg is not Leg.NET

    def read(self, message: object, received: Moment, epoch: int) -> Frame:
        """Read one decoded frame.

        Raises:
            SourceMalformed: It cannot be read in full.
        """
        frame = record(message, "a frame of the stream")
        if "topic" not in frame:
            return _answer(frame)
        topic = text(frame, "topic")
        if topic not in TOPICS:
            return Frame(topic, (), known=False)
        strange = len(self._markets.unknown)
        ours = [row for row in rows(frame.get("data"), "the data of a frame") if _is_ours(row)]
        facts = tuple(fact for row in ours for fact in self._facts(topic, row, received, epoch))
        return Frame(topic, facts, known=len(self._markets.unknown) == strange)

    def _facts(self, topic: str, row: Row, received: Moment, epoch: int) -> Iterator[Observation]:
        if topic == "execution":
            yield from self._execution(row, received, epoch)
            return
        key = key_of(row, self._account, self._markets)
        self.learn(key)
        came = _provenance(row, "updatedTime", received, epoch)
        if topic == "position":
            yield PositionSeen(key, held(row), version(row), came)
        else:
            yield _order(row, key, came)

    def _execution(self, row: Row, received: Moment, epoch: int) -> Iterator[OrderSeen]:
        """Read one trade: its order has executed at least this much. The order's message tells all.

        So nothing is lost with one that moved no contract, or whose leg it does not tell.
        """
        if not moved(row):
            return
        symbol = self._markets.symbol_of(text(row, "symbol"))
        which = leg_of_execution(row, hedged=self._hedged.get(symbol, self.hedged))
        if which is None:
            return
        yield OrderSeen(
            key=LegKey(self._account, symbol, which),
            order_id=text(row, "orderId"),
            client_order_id=optional_text(row, "orderLinkId"),
            executed=directed(side(row), exact(row, "execQty")),
            terminal=False,
            trades_agree=None,
            status="open",
            average_price=above_zero(optional_exact(row, "execPrice")),
            provenance=_provenance(row, "execTime", received, epoch),
        )


def _is_ours(row: Row) -> bool:
    return text(row, "category") == _CATEGORY


def _answer(frame: Row) -> Frame:
    """Read what is no topic: a pong, or the answer to a command of ours."""
    op = optional_text(frame, "op") or ""
    if op in _PONGS:
        return Frame(op, ())
    obeyed = frame.get("success") is True or str(frame.get("retCode")) == "0"
    said = optional_text(frame, "ret_msg") or optional_text(frame, "retMsg") or "no reason given"
    return Frame(op, (), reply="" if obeyed else said[:100])


def _order(row: Row, key: LegKey, came: Provenance) -> OrderSeen:
    word = status(row)
    return OrderSeen(
        key=key,
        order_id=text(row, "orderId"),
        client_order_id=optional_text(row, "orderLinkId"),
        executed=executed(row),
        terminal=ended(word),
        trades_agree=None,
        status=word,
        average_price=above_zero(optional_exact(row, "avgPrice")),
        provenance=came,
    )


def _provenance(row: Row, name: str, received: Moment, epoch: int) -> Provenance:
    at = milliseconds(row, name)  # 0 of a leg that was never traded
    return Provenance(
        Source.WEBSOCKET, received, exchange_us=in_microseconds(at) if at else None, epoch=epoch
    )
