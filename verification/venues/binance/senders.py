"""Who has sent an order to Binance USD-M futures, as far as its client id and its type tell."""

from verification.facts.account import FillCause
from verification.venues.reading.exactness import Row, optional_text

# How the venue names the orders that it sends itself, and those that come from its own page and apps.
_OWN_NAMES = (
    ("adl_autoclose", FillCause.ADL),
    ("settlement_autoclose-", FillCause.SETTLEMENT),
    ("autoclose-", FillCause.LIQUIDATION),
)
_PAGES = {
    "web_": "web page",
    "ios_": "iOS app",
    "android_": "Android app",
    "electron_": "desktop app",
}


def cause(row: Row) -> FillCause | None:
    """Return why the venue itself sent an order: it names such orders by their client id or their type."""
    name = optional_text(row, "clientOrderId") or ""
    named = next((why for start, why in _OWN_NAMES if name.startswith(start)), None)
    if named is None and "LIQUIDATION" in {row.get("type"), row.get("origType")}:
        return FillCause.LIQUIDATION
    return named


def page(row: Row) -> str:
    """Return from which of the venue's own pages and apps an order came; empty for none of them."""
    name = optional_text(row, "clientOrderId") or ""
    return next((page for start, page in _PAGES.items() if name.startswith(start)), "")
