"""Builders for drawn accounts: rows of a ledger, lists and pushes of a venue, at seconds after one start."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from reconciler.comparison.compare import compare
from reconciler.comparison.merge import merge_view
from reconciler.comparison.outcome import CompareSettings, Comparison
from reconciler.comparison.traded import Traded
from reconciler.comparison.venue_view import VenueView
from reconciler.comparison.watched_order import WatchedOrder
from reconciler.facts.expectation import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    OrderRole,
    StopPolicy,
)
from verification.facts.account import (
    AccountReading,
    Fill,
    Market,
    Part,
    Position,
    PositionMode,
    PositionsReading,
    RestingOrder,
)
from verification.facts.clock import Moment
from verification.facts.errors import SourceError, SourceUnreachable
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import PositionSeen, Provenance, Source
from verification.facts.order_fact import OrderFact, OrderRef
from verification.venues.stream_state import StreamHealth, StreamState

START = datetime(2026, 11, 22, 10, 39, tzinfo=UTC)
SYMBOL = "AVL/USDT:USDT"
ACCOUNT = "main"


def at(seconds: float) -> Moment:
    """Return the moment so many seconds after the start, on both clocks."""
    return Moment.at(START + timedelta(seconds=seconds), 1000.0 + seconds)


def utc(seconds: float) -> datetime:
    return at(seconds).utc


def leg(symbol: str = SYMBOL, which: Leg = Leg.NET, account: str = ACCOUNT) -> LegKey:
    return LegKey(account, symbol, which)


def market(symbol: str = SYMBOL, *, size: str = "1", step: str = "0.1") -> Market:
    base = symbol.split("/", maxsplit=1)[0]
    return Market(symbol, f"{base}USDT", Decimal(size), Decimal(step), Decimal("0.0001"), active=True)


MARKETS: Mapping[str, Market] = {SYMBOL: market()}


def row(
    expected: str,
    *,
    direction: Direction | None = None,
    low: str | None = None,
    high: str | None = None,
    symbol: str = SYMBOL,
    ledger: str = "bot",
    row_id: str = "1",
    state: ExpectationState = ExpectationState.OPEN,
    stops: tuple[str, ...] = (),
    exits: tuple[str, ...] = (),
    entries: tuple[str, ...] = (),
    orders: tuple[BelievedOrder, ...] = (),
    policy: StopPolicy = StopPolicy.SOFTWARE,
    unit: Decimal | None = None,
    step: Decimal | None = None,
    resting_since: datetime | None = None,
    opened_at: datetime | None = None,
    updated_at: datetime | None = None,
) -> Expectation:
    """A row that believes in a signed quantity; its bounds are unsigned, as in the ledger."""
    signed = Decimal(expected)
    size = abs(signed)
    way = direction or (Direction.SHORT if signed < 0 else Direction.LONG)
    return Expectation(
        ledger=ledger,
        row_id=row_id,
        symbol=symbol,
        direction=way,
        unit_size=unit,
        expected=size,
        expected_low=size if low is None else Decimal(low),
        expected_high=size if high is None else Decimal(high),
        step=step,
        state=state,
        entry_order_ids=entries,
        exit_order_ids=exits,
        stop_order_ids=stops,
        orders=orders,
        stop_policy=policy,
        entry_resting_since=resting_since,
        opened_at=opened_at,
        updated_at=updated_at,
    )


def believed(
    role: OrderRole,
    order_id: str | None,
    size: str,
    *,
    booked: str = "0",
    resting: bool = True,
    client: str | None = None,
) -> BelievedOrder:
    """An order as a bot has it down, in the unit of its row."""
    return BelievedOrder(role, order_id, client, Decimal(size), Decimal(booked), resting, utc(-600))


def entry(order_id: str | None, size: str, **more: Any) -> BelievedOrder:
    return believed(OrderRole.ENTRY, order_id, size, **more)


def leaving(order_id: str | None, size: str, **more: Any) -> BelievedOrder:
    return believed(OrderRole.EXIT, order_id, size, **more)


def stopping(order_id: str | None, size: str, **more: Any) -> BelievedOrder:
    return believed(OrderRole.STOP, order_id, size, **more)


def fact(
    order_id: str,
    executed: str = "0",
    *,
    symbol: str = SYMBOL,
    conditional: bool = False,
    terminal: bool = True,
    status: str | None = None,
    executed_at: datetime | None = None,
    second: float = 1,
    **more: Any,
) -> OrderFact:
    """The venue's word on one order, asked for at `second`; signed contracts executed."""
    return OrderFact(
        ref=OrderRef(symbol, order_id, conditional),
        executed=Decimal(executed),
        terminal=terminal,
        status=status or ("closed" if terminal else "open"),
        kind="limit",
        became=more.pop("became", None),
        cause=more.pop("cause", None),
        executed_at=executed_at,
        seen=at(second),
        **more,
    )


def listed(
    quantity: str,
    *,
    key: LegKey | None = None,
    version: int | None = None,
    mark: str | None = "10",
    **more: object,
) -> Position:
    updated = more.get("updated_at")
    attached = more.get("attached")
    return Position(
        key=key or leg(),
        quantity=Decimal(quantity),
        version=version,
        entry_price=None,
        mark_price=None if mark is None else Decimal(mark),
        notional=None,
        updated_at=updated if isinstance(updated, datetime) else None,
        attached_stop=attached if isinstance(attached, Decimal) else None,
    )


def pushed(
    quantity: str, *, second: float = 0, version: int | None = None, key: LegKey | None = None, epoch: int = 1
) -> PositionSeen:
    provenance = Provenance.at(Source.WEBSOCKET, received=at(second), exchange_at=utc(second), epoch=epoch)
    return PositionSeen(key or leg(), Decimal(quantity), version, provenance)


def stop(
    order_id: str,
    side: Side,
    quantity: str | None,
    *,
    symbol: str = SYMBOL,
    on: Leg = Leg.NET,
    trigger: str = "9",
    reduce_only: bool = True,
    stop_loss: bool = True,
    filled: str = "0",
) -> RestingOrder:
    return RestingOrder(
        order_id=order_id,
        client_order_id=None,
        symbol=symbol,
        leg=on,
        side=side,
        kind="market",
        conditional=True,
        stop_loss=stop_loss,
        quantity=None if quantity is None else Decimal(quantity),
        filled=Decimal(filled),
        price=None,
        trigger_price=Decimal(trigger),
        reduce_only=reduce_only,
        close_position=quantity is None,
        created_at=None,
    )


def limit(
    order_id: str,
    side: Side,
    quantity: str,
    *,
    filled: str = "0",
    symbol: str = SYMBOL,
    reduce_only: bool = False,
) -> RestingOrder:
    return RestingOrder(
        order_id=order_id,
        client_order_id=None,
        symbol=symbol,
        leg=Leg.NET,
        side=side,
        kind="limit",
        conditional=False,
        stop_loss=False,
        quantity=Decimal(quantity),
        filled=Decimal(filled),
        price=Decimal(10),
        trigger_price=None,
        reduce_only=reduce_only,
        close_position=False,
        created_at=None,
    )


def stream(
    *, state: StreamState = StreamState.LIVE, epoch: int = 1, second: float = 0, missed: float | None = None
) -> StreamHealth:
    return StreamHealth(
        state=state,
        epoch=epoch,
        since=at(second),
        last_frame=at(second),
        last_fact=None,
        missed_since=None if missed is None else at(missed),
        error=None if state is StreamState.LIVE else "connection reset",
    )


def reading(
    positions: Iterable[Position] | None,
    *,
    second: float = 0,
    orders: Iterable[RestingOrder] | None = (),
    stops: Iterable[RestingOrder] | None = (),
    mode: PositionMode = PositionMode.ONE_WAY,
    symbols: frozenset[str] | None = None,
    account: str = ACCOUNT,
) -> AccountReading:
    """An answer sent at `second` and received 50 ms later; None for a part is a part that failed."""
    sent, received = at(second), at(second + 0.05)
    failures: dict[Part, SourceError] = {
        part: SourceUnreachable("timed out")
        for part, answer in (
            (Part.POSITIONS, positions),
            (Part.ORDERS, orders),
            (Part.CONDITIONAL_ORDERS, stops),
        )
        if answer is None
    }
    return AccountReading(
        account=account,
        venue="binanceusdm",
        mode=mode,
        symbols=symbols,
        positions=None if positions is None else PositionsReading(tuple(positions), sent, received),
        orders=None if orders is None else tuple(orders),
        conditional_orders=None if stops is None else tuple(stops),
        failures=failures,
        sent=sent,
        received=received,
    )


def merged(
    *readings: AccountReading,
    pushes: Iterable[PositionSeen] = (),
    health: StreamHealth | None = None,
    previous: VenueView | None = None,
) -> VenueView:
    """Merge readings in order; a push is known from the first reading that was received after it."""
    view = previous
    heard = list(pushes)
    for one in readings:
        known = {
            seen.key: seen for seen in heard if seen.provenance.received.monotonic <= one.received.monotonic
        }
        view = merge_view(view, one, known, health or stream(), now=one.received)
    assert view is not None
    return view


def compared(
    rows: Iterable[Expectation],
    view: VenueView,
    *,
    markets: Mapping[str, Market] = MARKETS,
    settings: CompareSettings | None = None,
    second: float | None = None,
    complete: bool = True,
    moving: frozenset[str] = frozenset(),
    watched: Mapping[LegKey, tuple[WatchedOrder, ...]] | None = None,
    facts: Iterable[OrderFact] = (),
    fills: Iterable[Fill] | None = None,
    agreed: float | None = None,
    alone: bool = False,
) -> Comparison:
    """Compare; `fills` are what the venue lists of the trades since the start, None if that failed."""
    trades = {} if fills is None else {SYMBOL: Traded(utc(0), tuple(fills), view.read_at)}
    return compare(
        tuple(rows),
        view,
        markets=markets,
        mode=view.mode,
        settings=settings or CompareSettings(),
        now=view.read_at.utc if second is None else utc(second),
        ledgers_complete=complete,
        ledger_at=view.read_at.utc,
        moving=moving,
        watched=watched,
        facts={each.ref: each for each in facts},
        trades=trades,
        agreed={} if agreed is None else {leg(): utc(agreed)},
        alone=alone,
    )


def traded(order_id: str, quantity: str, *, second: float = 0, **more: Any) -> Fill:
    """One trade of the account, signed contracts."""
    return Fill(f"{order_id}.{second}", order_id, SYMBOL, Decimal(quantity), Decimal(10), utc(second), **more)


def found(comparison: Comparison) -> list[str]:
    """The kinds found, in order."""
    return [finding.kind.value for finding in comparison.findings]
