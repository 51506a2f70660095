"""Reads frames of the Binance USD-M user data stream into observations, numbers straight from their text.

Fields: Binance USD-M user data stream documentation. A position's version is the transaction time T of its
ACCOUNT_UPDATE, the time that the position list repeats as `updateTime`; events of one type come ordered by T.
"""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import orjson
from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from verification.facts.clock import Moment
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Provenance, Source
from verification.venues.binance.rows import (
    POSITION_SIDES,
    algo_status,
    ended,
    leg,
    leg_of,
    side,
    signed,
    status,
)
from verification.venues.frame import Frame
from verification.venues.reading.answered import each_once
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

KEY_EXPIRED = "listenKeyExpired"
# Sent on the same stream, and no fact about a position or an order.
_OTHER = frozenset(
    {
        "TRADE_LITE",
        "ACCOUNT_CONFIG_UPDATE",
        "MARGIN_CALL",
        "CONDITIONAL_ORDER_TRIGGER_REJECT",
        "STRATEGY_UPDATE",
        "GRID_UPDATE",
    }
)


class _PushedPosition(Struct):
    s: str
    pa: str
    ps: str


class _PushedAccount(Struct):
    P: list[_PushedPosition] = []


class _AccountUpdate(Struct, tag_field="e", tag="ACCOUNT_UPDATE"):
    T: int
    a: _PushedAccount


_PUSHED, _NET = Source.WEBSOCKET, Leg.NET
_account_update = Decoder(_AccountUpdate)
_plain = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?").fullmatch
"""Matches a number that is plausible by how it is written: below 10^18, and no finer than 10^-18."""


def read_text(text: str, account: str, markets: Markets, received: Moment, epoch: int) -> Frame:
    """Read one frame, an object of JSON.

    A position that is pushed just as documented is taken from the text in one step, for verdicts wait for it;
    `read_frame` reads the same from any other form of it, also numbers without quotes, and says
    what is wrong where that cannot be done.

    Raises:
        SourceMalformed: It cannot be read in full.
        ValueError: It is not JSON.
    """
    if "ACCOUNT_UPDATE" in text:
        try:
            pushed = _pushed(_account_update.decode(text), account, markets, received, epoch)
        except ValidationError:
            pushed = None
        if pushed is not None:
            return pushed
        return read_frame(json.loads(text, parse_float=str), account, markets, received, epoch)
    return read_frame(orjson.loads(text), account, markets, received, epoch)


def _pushed(
    update: _AccountUpdate, account: str, markets: Markets, received: Moment, epoch: int
) -> Frame | None:
    """Return what was pushed; None where an amount is written otherwise than plainly.

    In one piece: after a quiet, with cold caches, each call of another function is waited for.
    """
    for row in update.a.P:
        if _plain(row.pa) is None:
            return None
    strange = len(markets.unknown)
    came = Provenance(_PUSHED, received, None, in_microseconds(update.T), epoch)
    facts = []
    for row in update.a.P:
        which = POSITION_SIDES.get(row.ps) or leg_of(row.ps, "ps")
        amount = Decimal(row.pa)
        quantity = amount if which is _NET else signed(amount, which)
        key = markets.keys.get((account, row.s, which)) or _key(account, row.s, which, markets)
        facts.append(PositionSeen(key, quantity, update.T, came))
    once = tuple(facts) if len(facts) == 1 else _each_leg_once(facts)
    return Frame("ACCOUNT_UPDATE", once, len(markets.unknown) == strange)


def read_frame(message: object, account: str, markets: Markets, received: Moment, epoch: int) -> Frame:
    """Read one decoded frame.

    Raises:
        SourceMalformed: It cannot be read in full.
    """
    frame = record(message, "a frame of the stream")
    if "stream" in frame and "data" in frame:
        frame = record(frame["data"], "the data of a frame")
    if "e" not in frame and "result" in frame:
        return Frame("", ())
    event = text(frame, "e")
    reader = _READERS.get(event)
    if reader is None:
        return Frame(event, (), known=event == KEY_EXPIRED or event in _OTHER)
    strange = len(markets.unknown)
    facts = reader(frame, account, markets, received, epoch)
    return Frame(event, facts, known=len(markets.unknown) == strange)


def _provenance(frame: Row, received: Moment, epoch: int) -> Provenance:
    return Provenance(
        Source.WEBSOCKET, received, exchange_us=in_microseconds(milliseconds(frame, "T")), epoch=epoch
    )


def _positions(
    frame: Row, account: str, markets: Markets, received: Moment, epoch: int
) -> tuple[Observation, ...]:
    update = record(frame.get("a"), "the account of a frame")
    version = milliseconds(frame, "T")
    came = Provenance(Source.WEBSOCKET, received, exchange_us=in_microseconds(version), epoch=epoch)
    # Funding of a crossed position changes balances only: then there is no P.
    return _each_leg_once(
        _position(row, account, markets, version, came)
        for row in rows(update.get("P", []), "the positions of a frame")
    )


def _each_leg_once(facts: Iterable[PositionSeen]) -> tuple[PositionSeen, ...]:
    return each_once(facts, lambda fact: fact.key, "the positions of a frame")


def _position(row: Row, account: str, markets: Markets, version: int, came: Provenance) -> PositionSeen:
    market_id, amount, which = text(row, "s"), exact(row, "pa"), leg(row, "ps")
    return PositionSeen(_key(account, market_id, which, markets), signed(amount, which), version, came)


def _key(account: str, market_id: str, which: Leg, markets: Markets) -> LegKey:
    if not market_id.strip():
        raise SourceMalformed("a position without a symbol")
    return markets.key_of(account, market_id, which)


def _order(
    frame: Row, account: str, markets: Markets, received: Moment, epoch: int
) -> tuple[Observation, ...]:
    row = record(frame.get("o"), "the order of a frame")
    word = status(row, "X")
    return (
        _seen(
            row,
            LegKey(account, markets.symbol_of(text(row, "s")), leg(row, "ps")),
            (text(row, "i"), optional_text(row, "c")),
            executed=exact(row, "z"),
            word=word,
            provenance=_provenance(frame, received, epoch),
        ),
    )


def _algo_order(
    frame: Row, account: str, markets: Markets, received: Moment, epoch: int
) -> tuple[Observation, ...]:
    row = record(frame.get("o"), "the conditional order of a frame")
    return (
        _seen(
            row,
            LegKey(account, markets.symbol_of(text(row, "s")), leg(row, "ps")),
            (text(row, "aid"), optional_text(row, "caid")),
            executed=optional_exact(row, "aq") or Decimal(0),
            word=algo_status(row, "X"),
            provenance=_provenance(frame, received, epoch),
            conditional=True,
        ),
    )


def _seen(
    row: Row,
    key: LegKey,
    ids: tuple[str, str | None],
    *,
    executed: Decimal,
    word: str,
    provenance: Provenance,
    conditional: bool = False,
) -> OrderSeen:
    return OrderSeen(
        key=key,
        order_id=ids[0],
        client_order_id=ids[1],
        executed=directed(side(row, "S"), executed),
        terminal=ended(word),
        trades_agree=None,
        status=word,
        average_price=above_zero(optional_exact(row, "ap")),
        provenance=provenance,
        conditional=conditional,
    )


_READERS: dict[str, Any] = {
    "ACCOUNT_UPDATE": _positions,
    "ORDER_TRADE_UPDATE": _order,
    "ALGO_UPDATE": _algo_order,
}
