"""Observations and questions written in one line each, for tables and worlds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from verification.facts.clock import Moment, microseconds
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import OrderSeen, PositionSeen, Provenance, Silence, Source, SourceSilent
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
KEY = LegKey("main", "AVL/USDT:USDT", Leg.NET)
OTHER_LEG = LegKey("main", "AVL/USDT:USDT", Leg.SHORT)
OTHER_ACCOUNT = LegKey("second", "AVL/USDT:USDT", Leg.NET)
WS, ORDER, REST, CACHE = Source.WEBSOCKET, Source.ORDER, Source.REST, Source.BOT_CACHE


def moment(seconds: float) -> Moment:
    return Moment.at(START + timedelta(seconds=seconds), seconds)


def came(source: Source, at: float, sent: float | None = None) -> Provenance:
    asked = at if sent is None else sent
    return Provenance(source, moment(at), sent=None if source is WS else moment(asked))


def row(
    quantity: float | str, version: int | None, *, at: float = 1, source: Source = WS, key: LegKey = KEY
) -> PositionSeen:
    return PositionSeen(key, Decimal(str(quantity)), version, came(source, at))


def order(
    executed: float | str,
    *,
    ended: bool = False,
    agree: bool | None = None,
    at: float = 1,
    source: Source = ORDER,
    key: LegKey = KEY,
    order_id: str = "7",
    client: str | None = None,
) -> OrderSeen:
    status = "canceled" if ended else "open"
    return OrderSeen(
        key, order_id, client, Decimal(str(executed)), ended, agree, status, None, came(source, at)
    )


def silent(
    silence: Silence = Silence.ABSENT,
    *,
    at: float = 1,
    source: Source = REST,
    complete: bool = False,
    key: LegKey = KEY,
) -> SourceSilent:
    return SourceSilent(key, silence, "nothing", complete, came(source, at))


def gone(at: float, sent: float | None = None) -> SourceSilent:
    """A complete position list without the leg."""
    return SourceSilent(KEY, Silence.ABSENT, "not in the list", True, came(REST, at, sent))  # noqa: FBT003 - its shape


def opening(
    quantity: float = 43,
    side: Side = Side.BUY,
    *,
    baseline: tuple[float, int | None] | None = (0, 10),
    exclusive: bool = True,
    order_id: str | None = "7",
    client: str | None = None,
    asked: float = 0,
) -> OpenQuestion:
    held = None if baseline is None else Baseline(Decimal(str(baseline[0])), baseline[1])
    return OpenQuestion(KEY, side, Decimal(str(quantity)), order_id, client, held, exclusive, moment(asked))


def closing(
    held: float = 43,
    version: int | None = 10,
    *,
    exclusive: bool = True,
    order_id: str | None = "7",
    client: str | None = None,
) -> CloseQuestion:
    position = Baseline(Decimal(str(held)), version)
    return CloseQuestion(KEY, position, order_id, client, exclusive, moment(0))


def filled_at(seconds: float, seen: OrderSeen | None = None) -> OrderSeen:
    """A fill whose venue time is some seconds after the start."""
    seen = seen or order(43, ended=True, agree=True)
    at = START + timedelta(seconds=seconds)
    return replace(seen, status="closed", provenance=replace(seen.provenance, exchange_us=microseconds(at)))
