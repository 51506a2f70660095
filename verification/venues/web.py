"""Where people find a market on a venue's own web site: data, one line a venue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Web:
    """A venue's own page of one market.

    Attributes:
        name: What people call the venue.
        page: Its address; `{base}`, `{quote}` and `{settle}` stand for a symbol's parts as ccxt has them, and
            `{base_small}` and so on for the same in small letters.
        inverse: The same of a contract that is settled in its base; empty where that is not known.
        usdc: The same of one that is settled in USDC, where that stands elsewhere.
    """

    name: str
    page: str
    inverse: str = ""
    usdc: str = ""

    def of(self, symbol: str) -> str | None:
        """Return the address of a market's page; None where it cannot be told.

        Args:
            symbol: ccxt unified form. Only a perpetual of plain letters and digits has a page that is known.
        """
        pair, colon, settle = symbol.partition(":")
        base, slash, quote = pair.partition("/")
        parts = {"base": base, "quote": quote, "settle": settle}
        if not (colon and slash and all(part.isascii() and part.isalnum() for part in parts.values())):
            return None
        page = self.inverse if settle == base else self.page
        if settle == "USDC" and self.usdc:
            page = self.usdc
        small = {f"{name}_small": part.lower() for name, part in parts.items()}
        return page.format(**parts, **small) or None
