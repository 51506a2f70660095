"""Margin over REST: the tiers of leverage, the margin mode of the account, what funding has cost."""

from enum import StrEnum
from typing import Any

from simulator.bybit.context import Context, Params
from simulator.bybit.pages import page
from simulator.bybit.params import chosen, needed
from simulator.engine.effect import SettingChanged
from simulator.engine.exchange import MAX_LEVERAGE
from simulator.engine.refusal import Reason, Refused

TIERS_A_PAGE = 15
"""Symbols: as many as Bybit puts on a page of its risk limits."""


class Mode(StrEnum):
    """The margin modes of a unified account that are simulated."""

    CROSS = "REGULAR_MARGIN"
    ISOLATED = "ISOLATED_MARGIN"


def mode_of(context: Context) -> Mode:
    """Return the account's margin mode: one for all symbols."""
    return Mode.ISOLATED if context.truth.isolated else Mode.CROSS


def set_mode(context: Context, params: Params) -> dict[str, Any]:
    """Choose the account's margin mode; the one it has already is taken, too."""
    wanted = chosen({mode.value: mode for mode in Mode}, params, "setMarginMode")
    if wanted is mode_of(context):
        return {"reasons": []}
    if context.exchange.open_orders():
        raise Refused(Reason.HAS_OPEN_ORDERS)
    if any(position.amount for position in context.exchange.positions()):
        raise Refused(Reason.HAS_POSITIONS)
    context.truth.isolated.clear()
    if wanted is Mode.ISOLATED:
        context.truth.isolated.update(market.symbol for market in context.truth.markets)
    context.truth.emit(SettingChanged("margin mode", wanted.value, context.exchange.clock.ms()))
    return {"reasons": []}


def tiers(context: Context, params: Params) -> dict[str, Any]:
    """List one tier of each contract."""
    needed(params, "category")
    wanted = context.symbol(params)
    found = [
        {
            "id": 1,
            "symbol": market.id,
            "riskLimitValue": "1000000000",
            "maintenanceMargin": "0.01",
            "initialMargin": "0.008",
            "isLowestRisk": 1,
            "maxLeverage": str(MAX_LEVERAGE),
            "mmDeduction": "",
        }
        for market in context.truth.markets
        if wanted in {None, market.symbol}
    ]
    return page(found, {**params, "limit": str(TIERS_A_PAGE)}, usual=TIERS_A_PAGE, most=TIERS_A_PAGE)


def funding_history(context: Context, params: Params) -> dict[str, Any]:
    """List the rates of funding: none, for no funding falls due while the venue runs."""
    context.exchange.market(needed(params, "symbol"))
    return {"category": "linear", "list": []}
