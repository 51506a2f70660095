"""Which of ccxt's options ask for a venue's test network in place of the venue. Pure."""

from collections.abc import Mapping
from typing import Any

CONSTRUCTOR = ("sandbox", "testnet")
"""Those that ccxt's own constructor obeys."""

SANDBOX = (*CONSTRUCTOR, "sandboxMode")
DEMO = ("enableDemoTrading", "demo", "demoTrading")


def asked(given: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of some options that is set, at the top or among the options; empty if none is."""
    options = given.get("options")
    inner = options if isinstance(options, Mapping) else {}
    top = next((name for name in names if given.get(name)), "")
    return top or next((f"options.{name}" for name in names if inner.get(name)), "")


def asks_for_sandbox(given: Mapping[str, Any]) -> bool:
    """Return True where the options turn ccxt to the test network, or to the demo venue."""
    return bool(asked(given, SANDBOX) or asked(given, DEMO))
