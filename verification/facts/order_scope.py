"""Of which symbols a reading of an account asks for the orders that rest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderScope:
    """The symbols by kind of order. None: all that the reading covers.

    Attributes:
        ordinary: The symbols whose ordinary orders are asked for.
        conditional: The symbols whose conditional orders are.
    """

    ordinary: frozenset[str] | None = None
    conditional: frozenset[str] | None = None

    @property
    def whole(self) -> bool:
        """True where nothing is left out."""
        return self.ordinary is None and self.conditional is None

    def holds(self, symbol: str, *, conditional: bool) -> bool:
        """Return whether such orders of a symbol are asked for."""
        symbols = self.conditional if conditional else self.ordinary
        return symbols is None or symbol in symbols


EVERYTHING = OrderScope()
