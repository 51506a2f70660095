"""The account over REST: positions, balance, mode, leverage, margin, income, listen keys."""

from decimal import Decimal
from typing import Any

from simulator.binance import payloads
from simulator.binance.context import Context, Request
from simulator.binance.errors import ApiError, body
from simulator.binance.params import flag, integer, needed
from simulator.engine.effect import FundingPaid
from simulator.engine.figures import text
from simulator.engine.order import PositionSide
from simulator.engine.position import Position
from simulator.engine.refusal import Reason, Refused
from simulator.faults.faults import Source

SUCCESS = body(200, "success")


def positions_v3(context: Context, request: Request) -> list[dict[str, Any]]:
    """List the positions. A flat one is absent."""
    symbol = context.symbol(request.params)
    found = context.exchange.positions(context.lag(Source.POSITIONS))
    return [
        payloads.position(context.truth, position, version=3)
        for position in found
        if position.amount and symbol in {None, position.symbol}
    ]


def positions_v2(context: Context, request: Request) -> list[dict[str, Any]]:
    """List a row for every symbol and side, flat ones with zeros."""
    symbol = context.symbol(request.params)
    found = {(p.symbol, p.side): p for p in context.exchange.positions(context.lag(Source.POSITIONS))}
    hedged = (PositionSide.BOTH, PositionSide.LONG, PositionSide.SHORT)
    sides = hedged if context.truth.hedge else (PositionSide.BOTH,)
    return [
        payloads.position(
            context.truth,
            found.get((market.symbol, side)) or Position(symbol=market.symbol, side=side),
            version=2,
        )
        for market in context.truth.markets
        for side in sides
        if symbol in {None, market.symbol}
    ]


def account(context: Context, request: Request) -> dict[str, Any]:
    """Return the balance with the positions."""
    asset = payloads.asset(context.exchange)
    return {
        "totalInitialMargin": asset["initialMargin"],
        "totalMaintMargin": asset["maintMargin"],
        "totalWalletBalance": asset["walletBalance"],
        "totalUnrealizedProfit": asset["unrealizedProfit"],
        "totalMarginBalance": asset["marginBalance"],
        "totalPositionInitialMargin": asset["positionInitialMargin"],
        "totalOpenOrderInitialMargin": asset["openOrderInitialMargin"],
        "totalCrossWalletBalance": asset["crossWalletBalance"],
        "totalCrossUnPnl": asset["crossUnPnl"],
        "availableBalance": asset["availableBalance"],
        "maxWithdrawAmount": asset["maxWithdrawAmount"],
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": False,
        "feeTier": 0,
        "updateTime": 0,
        "assets": [asset],
        "positions": positions_v3(context, request),
    }


def balance(context: Context, _request: Request) -> list[dict[str, Any]]:
    """List the balances by asset."""
    asset = payloads.asset(context.exchange)
    return [
        {
            "accountAlias": "simulated",
            "asset": asset["asset"],
            "balance": asset["walletBalance"],
            "crossWalletBalance": asset["crossWalletBalance"],
            "crossUnPnl": asset["crossUnPnl"],
            "availableBalance": asset["availableBalance"],
            "maxWithdrawAmount": asset["maxWithdrawAmount"],
            "marginAvailable": True,
            "updateTime": asset["updateTime"],
        }
    ]


def position_mode(context: Context, _request: Request) -> dict[str, Any]:
    """Tell whether the account is in hedge mode."""
    return {"dualSidePosition": context.truth.hedge}


def set_position_mode(context: Context, request: Request) -> dict[str, Any]:
    """Choose hedge or one-way mode."""
    needed(request.params, "dualSidePosition")
    context.exchange.set_hedge(hedge=flag(request.params, "dualSidePosition"))
    return SUCCESS


def multi_assets(_context: Context, _request: Request) -> dict[str, Any]:
    """Tell whether margin is shared between assets. It never is."""
    return {"multiAssetsMargin": False}


def set_leverage(context: Context, request: Request) -> dict[str, Any]:
    """Set the leverage of a symbol."""
    needed(request.params, "leverage")
    leverage = integer(request.params, "leverage") or 0
    symbol = needed(request.params, "symbol")
    context.exchange.set_leverage(symbol, leverage)
    return {"symbol": symbol, "leverage": leverage, "maxNotionalValue": "1000000"}


def set_margin_type(context: Context, request: Request) -> dict[str, Any]:
    """Choose isolated or cross margin for a symbol."""
    margin = needed(request.params, "marginType").upper()
    if margin not in {"ISOLATED", "CROSSED"}:
        raise ApiError(-1102, "Mandatory parameter 'marginType' was not sent, was empty/null, or malformed.")
    try:
        context.exchange.set_isolated(needed(request.params, "symbol"), isolated=margin == "ISOLATED")
    except Refused as refused:
        if refused.reason is Reason.HAS_OPEN_ORDERS:
            raise ApiError(-4047, "Margin type cannot be changed if there exists open orders.") from None
        if refused.reason is Reason.HAS_POSITIONS:
            raise ApiError(-4048, "Margin type cannot be changed if there exists position.") from None
        raise
    return SUCCESS


def income(context: Context, request: Request) -> list[dict[str, Any]]:
    """List what changed the wallet: realised profit, fees and funding."""
    symbol, kind = context.symbol(request.params), request.params.get("incomeType")
    start, end = integer(request.params, "startTime") or 0, integer(request.params, "endTime")
    rows: list[tuple[str, str, Decimal, int, int]] = []
    for trade in context.exchange.trades():
        if trade.realized:
            rows.append((trade.symbol, "REALIZED_PNL", trade.realized, trade.at_ms, trade.id))
        rows.append((trade.symbol, "COMMISSION", -trade.fee, trade.at_ms, trade.id))
    for number, effect in enumerate(context.truth.log):
        if isinstance(effect, FundingPaid):
            rows.append((effect.symbol, "FUNDING_FEE", effect.amount, effect.at_ms, number))
    rows.sort(key=lambda row: row[3])
    return [
        {
            "symbol": context.exchange.market(of).id,
            "incomeType": what,
            "income": text(amount),
            "asset": "USDT",
            "info": what,
            "time": at_ms,
            "tranId": number,
            "tradeId": "" if what == "FUNDING_FEE" else str(number),
        }
        for of, what, amount, at_ms, number in rows
        if symbol in {None, of} and kind in {None, what} and start <= at_ms and (end is None or at_ms <= end)
    ]


def commission_rate(context: Context, request: Request) -> dict[str, Any]:
    """Return the fees of a symbol."""
    market = context.exchange.market(needed(request.params, "symbol"))
    return {"symbol": market.id, "makerCommissionRate": "0.0002", "takerCommissionRate": "0.0004"}


def restrictions(context: Context, _request: Request) -> dict[str, Any]:
    """Tell what the API key may do."""
    return {
        "ipRestrict": False,
        "createTime": 0,
        "enableReading": True,
        "enableFutures": context.credentials.trades,
        "enableWithdrawals": context.credentials.withdraws,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableSpotAndMarginTrading": False,
    }


def issue_listen_key(context: Context, request: Request) -> dict[str, Any]:
    """Return the key of the user stream, extended."""
    return {"listenKey": context.listen_keys.issue(request.api_key)}


def extend_listen_key(context: Context, request: Request) -> dict[str, Any]:
    """Extend the key of the user stream."""
    return {"listenKey": context.listen_keys.extend(request.api_key)}


def close_listen_key(context: Context, request: Request) -> dict[str, Any]:
    """End the key of the user stream."""
    context.listen_keys.close(request.api_key)
    return {}
