"""What is said between the screens and a provider about one person; pure."""

from dataclasses import dataclass
from typing import Protocol


class ProviderError(Exception):
    """The provider does not vouch for anybody, or cannot be asked: one plain line without a secret."""


@dataclass(frozen=True, slots=True)
class Round:
    """One person on the way to the provider and back.

    Attributes:
        state: Comes back with them.
        nonce: Comes back in what the provider signs.
        verifier: Shows that who began is who ends.
        back: The address to which they come back.
    """

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for: their name, and their groups."""

    name: str
    groups: tuple[str, ...]


class AskedProvider(Protocol):
    """A provider. Both block, and raise `ProviderError`."""

    def address(self, round_: Round) -> str:
        """Return where to send somebody."""

    def vouched(self, round_: Round, code: str) -> Vouched:
        """Return whom the provider vouches for."""
