"""The ledger of hummingbot bots, on databases that hummingbot wrote, and on some written its way."""
