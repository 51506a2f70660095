"""Accounts that were taken out of the settings, held for as long as people are still to hear of that."""

from collections.abc import Collection

from reconciler.service.claims import Claim, Claims
from reconciler.storage.errors import LeaseLost
from reconciler.storage.held_store import HeldStore


class Strays:
    """Holds such accounts until nothing more is owed of them."""

    def __init__(self, claims: Claims, accounts: Collection[str]) -> None:
        """None is held. `accounts` are those of the settings: they are none of them."""
        self._claims = claims
        self._accounts = frozenset(accounts)
        self._held: dict[str, Claim] = {}

    @property
    def stores(self) -> dict[str, HeldStore]:
        """What writes of them, by account."""
        return {account: claim.store for account, claim in self._held.items()}

    async def follow(self, accounts: Collection[str]) -> None:
        """Go by other settings: leave what is in them now.

        Raises:
            StateDatabaseError: One could not be given back.
        """
        self._accounts = frozenset(accounts)
        await self.leave(self._accounts)

    async def adopt(self, accounts: Collection[str]) -> bool:
        """Take the leases of accounts that are nobody's; return whether any came to be ours.

        Raises:
            StateDatabaseError: They could not be asked for.
        """
        new = False
        for account in set(accounts) - self._accounts - self._held.keys():
            claim = await self._claims.claim(account)
            if isinstance(claim, Claim):
                self._held[account] = claim
                new = True
        return new

    async def leave(self, accounts: Collection[str]) -> None:
        """Give back the leases of these; of any that are not held here nothing is done.

        Raises:
            StateDatabaseError: One could not be given back.
        """
        for account in self._held.keys() & set(accounts):
            claim = self._held.pop(account)
            try:
                await claim.store.leave()
            except LeaseLost:
                pass
            finally:
                claim.let_go()

    def close(self) -> None:
        """Let other processes have the locks."""
        for claim in self._held.values():
            claim.let_go()
