"""What the steps for a person are filled with."""

from dataclasses import dataclass
from decimal import Decimal

from reconciler.facts.wording import amount
from verification.facts.leg import Side

Steps = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Affected:
    """What a finding is about, as its steps name it.

    Attributes:
        account: The account's name in the settings.
        symbol: ccxt unified form; for a blindness what cannot be seen.
        observed: What the venue holds, signed contracts; None if unknown.
        contract_size: Base currency in one contract; None if unknown.
        code: For a blindness the kind of its error (`Evidence.data["code"]`), empty if there is none.
    """

    account: str
    symbol: str
    observed: Decimal | None = None
    contract_size: Decimal | None = None
    code: str = ""

    @property
    def look(self) -> str:
        """How a step begins that sends a person to the exchange."""
        return f"Open {self.symbol} of account {self.account} on the exchange"

    @property
    def close(self) -> str:
        """The order that closes what is held: `sell 43 AVL, reduce-only`."""
        if not self.observed:
            # The side of an order that closes is never guessed.
            return "with a reduce-only order against the side that the exchange shows"
        side = Side.closing(self.observed).value
        return f"{side} {amount(self.observed, self.symbol, self.contract_size)}, reduce-only"
