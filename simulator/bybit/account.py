"""The account over REST: positions, wallet, mode, leverage, attached stops, what the key may do."""

from decimal import Decimal
from typing import Any

from simulator.bybit import margin, payloads
from simulator.bybit.attached import attach
from simulator.bybit.context import Context, Params
from simulator.bybit.errors import ApiError
from simulator.bybit.ids import SIDES
from simulator.bybit.pages import page
from simulator.bybit.params import chosen, needed, number, wrong
from simulator.engine.admission import margin_in_use
from simulator.engine.figures import profit, text
from simulator.engine.order import Kind, PositionSide
from simulator.engine.position import Position
from simulator.engine.refusal import Reason, Refused
from simulator.faults.faults import Source

HEDGE_SIDES = (PositionSide.LONG, PositionSide.SHORT)


def positions(context: Context, params: Params) -> dict[str, Any]:
    """List positions: of a symbol the flat ones too, of a settle coin only those that hold something."""
    exchange = context.exchange
    found = exchange.positions(context.lag(Source.POSITIONS))
    symbol = context.symbol(params)
    if symbol is not None:
        sides = HEDGE_SIDES if context.truth.is_hedge(symbol) else (PositionSide.BOTH,)
        held = {position.side: position for position in found if position.symbol == symbol}
        shown = [held.get(side) or Position(symbol=symbol, side=side) for side in sides]
    else:
        coin = needed(params, "settleCoin")
        shown = [each for each in found if each.amount and exchange.market(each.symbol).quote == coin]
    rows = [payloads.position(exchange, each) for each in shown]
    return page(rows, params, usual=20, most=200)


def switch_mode(context: Context, params: Params) -> dict[str, Any]:
    """Choose hedge (3) or one-way (0) mode, of one symbol or of a whole coin.

    The mode it has already is refused to a symbol only: freqtrade sets that of the coin at every start, and
    would not start again where that was refused.
    """
    mode = needed(params, "mode")
    if mode not in {"0", "3"}:
        raise wrong("mode")
    symbol = context.symbol(params)
    if symbol is None:
        needed(params, "coin")
    try:
        context.exchange.set_hedge(hedge=mode == "3", symbol=symbol)
    except Refused as refused:
        if refused.reason is not Reason.MODE_UNCHANGED or symbol is not None:
            raise
    return {}


def set_leverage(context: Context, params: Params) -> dict[str, Any]:
    """Set the leverage of a symbol."""
    symbol = context.truth.markets.symbol(needed(params, "symbol"))
    leverage = number(params, "buyLeverage")
    if leverage is None or leverage != number(params, "sellLeverage"):
        raise wrong("buyLeverage")
    if context.truth.leverage.get(symbol) == leverage:
        raise ApiError(110043, "leverage not modified")
    context.exchange.set_leverage(symbol, int(leverage))
    return {}


def trading_stop(context: Context, params: Params) -> dict[str, Any]:
    """Set, move or take away the stop loss, take profit and trailing stop of a whole position."""
    symbol = needed(params, "symbol")
    side = chosen(SIDES, params, "positionIdx", "0")
    if params.get("tpslMode", "Full") != "Full":
        raise ApiError(10001, "the simulated venue sets only whole stops (tpslMode Full)")
    for name, kind in (
        ("stopLoss", Kind.STOP_MARKET),
        ("takeProfit", Kind.TAKE_PROFIT_MARKET),
        ("trailingStop", Kind.TRAILING_STOP_MARKET),
    ):
        trigger = number(params, name)
        if trigger is None:
            continue
        try:
            attach(context.exchange, symbol, side, kind, trigger, activation=number(params, "activePrice"))
        except Refused as refused:
            if refused.reason is not Reason.WOULD_TRIGGER:
                raise
            raise ApiError(10001, f"{name} set for position would trigger at once") from None
    return {}


def wallet(context: Context, _params: Params) -> dict[str, Any]:
    """Return the balance."""
    exchange, truth = context.exchange, context.truth
    unrealised = sum((profit(p, exchange.market(p.symbol)) for p in exchange.positions()), Decimal(0))
    margin = margin_in_use(truth)
    equity = truth.wallet + unrealised
    coin = {
        "coin": "USDT",
        "equity": text(equity),
        "usdValue": text(equity),
        "walletBalance": text(truth.wallet),
        "locked": "0",
        "availableToWithdraw": "",
        "borrowAmount": "0",
        "accruedInterest": "0",
        "totalOrderIM": "0",
        "totalPositionIM": text(margin),
        "totalPositionMM": "0",
        "unrealisedPnl": text(unrealised),
        "cumRealisedPnl": "0",
        "bonus": "0",
        "collateralSwitch": True,
        "marginCollateral": True,
    }
    account = {
        "accountType": "UNIFIED",
        "totalEquity": text(equity),
        "totalWalletBalance": text(truth.wallet),
        "totalMarginBalance": text(equity),
        "totalAvailableBalance": text(max(Decimal(0), equity - margin)),
        "totalInitialMargin": text(margin),
        "totalMaintenanceMargin": "0",
        "totalPerpUPL": text(unrealised),
        "coin": [coin],
    }
    return {"list": [account]}


def info(context: Context, _params: Params) -> dict[str, Any]:
    """Tell what sort of account it is: unified."""
    return {
        "unifiedMarginStatus": 6,
        "marginMode": margin.mode_of(context).value,
        "updatedTime": str(context.exchange.clock.ms()),
    }


def key_info(context: Context, _params: Params) -> dict[str, Any]:
    """Tell what the API key may do. One that may neither trade nor withdraw is read-only."""
    who = context.credentials
    return {
        "id": "1",
        "note": "simulated",
        "apiKey": who.api_key or "any",
        "readOnly": 0 if who.trades or who.withdraws else 1,
        "permissions": {
            "ContractTrade": [] if who.withdraws and not who.trades else ["Order", "Position"],
            "Wallet": ["Withdraw"] if who.withdraws else [],
        },
        "uta": 1,
        "unified": 0,
    }


def coins(_context: Context, _params: Params) -> dict[str, Any]:
    """List no coins: the networks of deposits are not simulated."""
    return {"rows": []}
