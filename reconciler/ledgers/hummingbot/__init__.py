"""The database of a hummingbot bot, read without hurting it."""
