"""A monitor file as passivbot 8 writes it: the keys of its own code, with a long and a short."""

import json
from pathlib import Path
from typing import Any

SNAPSHOT_MS = 1795985027245


def state(**changes: Any) -> dict[str, Any]:
    """Return what the file holds: 43 AVL long, 0.125 SOL short, and a symbol without a position."""
    return {
        "meta": {
            "exchange": "binance",
            "user": "user_01",
            "quote": "USDT",
            "pid": 4711,
            "bot_start_ts_ms": SNAPSHOT_MS - 3_600_000,
            "current_cycle_ts_ms": SNAPSHOT_MS - 400,
            "snapshot_ts_ms": SNAPSHOT_MS,
            "seq": 812,
        },
        "positions": {
            "AVL/USDT:USDT": {
                "long": {"size": 43.0, "price": 0.1836, "upnl": -0.2, "wallet_exposure": 0.01},
                "short": {"size": 0.0, "price": 0.0},
            },
            "SOL/USDT:USDT": {
                "long": {"size": 0.0, "price": 0.0},
                "short": {"size": -0.125, "price": 143.2},
            },
            "BTC/USDT:USDT": {"long": {"size": 0, "price": 0}, "short": {"size": 0, "price": 0}},
        },
        "open_orders": {
            "AVL/USDT:USDT": [
                {
                    "id": "77",
                    "custom_id": "x-1-0x0004",
                    "side": "buy",
                    "position_side": "long",
                    "qty": 12.0,
                    "price": 0.17,
                    "reduce_only": False,
                    "pb_order_type": "entry_grid_normal_long",
                }
            ]
        },
        "modes": {"effective": {"long": {"AVL/USDT:USDT": "normal"}, "short": {"SOL/USDT:USDT": "normal"}}},
        "account": {"balance_raw": 1000.0, "equity": 999.8},
    } | changes


def write(folder: Path, content: dict[str, Any] | str) -> str:
    """Replace the file as the bot does, whole; return the ledger's url."""
    path = folder / "state.latest.json"
    new = folder / "state.latest.json.tmp"
    new.write_text(content if isinstance(content, str) else json.dumps(content))
    new.replace(path)
    return f"file:{path}"
