"""What goes wrong in one performance of the demo's story: all of it, each once, and each is healed."""

INCIDENTS = (
    ("orphaned_position", "SOL/USDT:USDT"),
    ("unprotected_position", "ETH/USDT:USDT"),
    ("phantom_position", "BTC/USDT:USDT"),
    ("quantity_mismatch", "LINK/USDT:USDT"),
    ("source_stale", "websocket"),
)
