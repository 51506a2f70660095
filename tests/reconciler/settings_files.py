"""Settings files for tests: one that works, and how to write one."""

from pathlib import Path

GOOD = """
[ledgers.mybot]
kind = "freqtrade"
url = "sqlite:///user_data/tradesv3.sqlite"

[accounts.main]
venue = "binanceusdm"
ledgers = ["mybot"]
api_key_env = "BINANCE_KEY"
secret_env = "BINANCE_SECRET"
"""


def written(folder: Path, text: str = GOOD, name: str = "trueup.toml") -> Path:
    """Write a settings file and return its path."""
    path = folder / name
    path.write_text(text)
    return path
