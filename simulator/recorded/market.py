"""Markets for a recorded account: steps its figures fit, and a price at which nothing recorded triggers."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from simulator.engine.market import Market
from simulator.recorded.row import BadState, Row

APART = Decimal("0.01")
SLACK_TICKS = 10


def step_of(figures: Iterable[Decimal], coarsest: Decimal) -> Decimal:
    """Return the coarsest power of ten up to `coarsest` that every figure is a whole number of."""
    step = coarsest
    for figure in figures:
        exponent = figure.normalize().as_tuple().exponent
        assert isinstance(exponent, int), "rows hold finite numbers"
        step = min(step, Decimal(1).scaleb(exponent))
    return step


def usual_tick(price: Decimal) -> Decimal:
    """Return a tick of about five digits at a price."""
    return Decimal(1).scaleb(price.adjusted() - 4)


def quiet_price(
    entry: Decimal | None, floors: list[Decimal], ceilings: list[Decimal], tick: Decimal, where: str
) -> Decimal:
    """Return a price above every floor and below every ceiling: the entry price where that fits.

    Raises:
        BadState: There is no such price.
    """
    low = max(floors, default=None)
    high = min(ceilings, default=None)
    slack = tick * SLACK_TICKS
    if low is not None and high is not None and high - low <= 2 * slack:
        raise BadState(f"{where}: no price lies between {low} and {high}, the orders would trigger at once")
    fits = (
        entry is not None and (low is None or entry > low + slack) and (high is None or entry < high - slack)
    )
    if entry is not None and fits:
        price = entry
    elif low is not None and high is not None:
        price = (low + high) / 2
    elif low is not None:
        price = low + max(low * APART, 2 * slack)
    elif high is not None:
        price = high - max(high * APART, 2 * slack)
    else:
        raise BadState(f"{where}: neither an entry price nor an order tells what it trades at")
    return max(tick, (price / tick).to_integral_value() * tick)


def market_of(
    symbol: str,
    known: Market | None,
    *,
    positions: list[Row],
    orders: list[Row],
    stops: list[Row],
    where: str,
) -> Market:
    """Return a market that the recorded rows of one symbol fit.

    Raises:
        BadState: A figure is missing, or no price leaves everything as recorded.
    """
    base, _, rest = symbol.partition("/")
    quote, _, settle = rest.partition(":")
    if not base or not quote or settle != quote:
        raise BadState(f"{where}: `{symbol}` is not a linear perpetual; expected a form like BTC/USDT:USDT")
    lots = [row.number("contracts") for row in positions]
    for row in (*orders, *(stop for stop in stops if not stop.fields.get("closePosition"))):
        lots.append(row.number("amount"))
        lots += [filled] if (filled := row.maybe("filled", "0")) else []
    prices = [row.number("price") for row in orders] + [row.number("triggerPrice") for row in stops]
    entries = [row.number("entryPrice") for row in positions]
    scale = (entries or prices or [known.price if known else Decimal(1)])[0]
    tick = step_of(prices, known.tick if known else usual_tick(scale))
    floors = [row.number("price") for row in orders if row.side == "BUY"]
    ceilings = [row.number("price") for row in orders if row.side == "SELL"]
    for row in stops:
        stops_loss = "TAKE_PROFIT" not in str(row.fields.get("kind", "")).upper()
        below = (row.side == "SELL") == stops_loss
        (floors if below else ceilings).append(row.number("triggerPrice"))
    market = known or Market(base, quote, step=Decimal(1), tick=tick, price=scale)
    return replace(
        market,
        step=step_of(lots, market.step),
        tick=tick,
        price=quiet_price(entries[0] if entries else None, floors, ceilings, tick, f"{where}: {symbol}"),
    )
