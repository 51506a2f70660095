"""Private streams: their lives, what they push, and whether they push at all."""
