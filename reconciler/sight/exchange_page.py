"""The exchange's own page of what an alert is about, for a person who has to act there; pure."""

from verification.venues.registry import capabilities_of


def exchange_name(venue: str) -> str:
    """Return what people call a venue, by its ccxt exchange id; the id itself where no more is known."""
    web = capabilities_of(venue).web
    return venue if web is None else web.name


def exchange_page(venue: str, symbol: str) -> str | None:
    """Return the address of a symbol's page on the venue's own web site; None where that is not known."""
    web = capabilities_of(venue).web
    return None if web is None else web.of(symbol)
