"""What an API key may do beside reading, as the venue tells it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What a key may do. Trueup only reads: whatever a key may do more is a risk without a use.

    Attributes:
        trades: It may place orders, in whatever market.
        withdraws: It may send money away.
        granted: The rights that it has, in the venue's own names.
    """

    trades: bool
    withdraws: bool
    granted: tuple[str, ...]
