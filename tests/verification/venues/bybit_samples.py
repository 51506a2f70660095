"""Rows and frames as Bybit v5 sends them."""

from typing import Any


def position_row(**changes: Any) -> dict[str, Any]:
    return {
        "positionIdx": 0,
        "symbol": "AVLUSDT",
        "side": "Buy",
        "size": "43",
        "avgPrice": "0.1357",
        "positionValue": "5.8351",
        "markPrice": "0.14",
        "stopLoss": "",
        "takeProfit": "",
        "createdTime": "1690000000000",
        "updatedTime": "1700000000000",
        "seq": 9_000_000_001,
    } | changes


def flat_row(**changes: Any) -> dict[str, Any]:
    empty = {"side": "", "size": "0", "avgPrice": "0", "positionValue": "", "markPrice": "0.14"}
    return position_row(**empty, **changes)


def order_row(**changes: Any) -> dict[str, Any]:
    return {
        "symbol": "AVLUSDT",
        "orderId": "the-order",
        "orderLinkId": "my-entry",
        "side": "Buy",
        "orderType": "Market",
        "orderStatus": "Filled",
        "price": "0.15",
        "qty": "43",
        "cumExecQty": "43",
        "avgPrice": "0.1357",
        "positionIdx": 0,
        "reduceOnly": False,
        "closeOnTrigger": False,
        "stopOrderType": "",
        "triggerPrice": "",
        "triggerDirection": 0,
        "tpslMode": "",
        "createdTime": "1700000000000",
        "updatedTime": "1700000000003",
    } | changes


def execution_row(**changes: Any) -> dict[str, Any]:
    return {
        "symbol": "AVLUSDT",
        "orderId": "the-order",
        "orderLinkId": "my-entry",
        "side": "Buy",
        "execId": "the-trade",
        "execQty": "43",
        "execPrice": "0.1357",
        "execType": "Trade",
        "execTime": "1700000000002",
        "orderQty": "43",
        "leavesQty": "0",
        "closedSize": "0",
        "seq": 9_000_000_001,
    } | changes


def pushed(topic: str, *rows: dict[str, Any], category: str = "linear") -> dict[str, Any]:
    data = [{"category": category, **row} for row in rows]
    return {"id": "1", "topic": topic, "creationTime": 1_700_000_000_004, "data": data}


def answer(*rows: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    result = {"category": "linear", "list": list(rows), "nextPageCursor": cursor}
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 1_700_000_000_000}
