"""Retires what is stored of accounts that were taken out of the settings, and nothing that others watch."""

from collections.abc import Collection

import structlog

from reconciler.alerts.retirement import Left, why_account_retires
from reconciler.facts.lease import Holder
from reconciler.service.claims import Claim, Claims
from reconciler.storage.errors import LeaseLost, StateDatabaseError, may_pass
from reconciler.storage.store import Store
from verification.facts.clock import Clock

RETIRE_SECONDS = 60.0

log = structlog.get_logger()


class Retiring:
    """Looks at the start, before any account is claimed, and now and then; it retires by the lease only."""

    def __init__(
        self, store: Store, claims: Claims, by: Holder, accounts: Collection[str], clock: Clock
    ) -> None:
        """Nothing is retired yet.

        Args:
            store: Where what is stored stands.
            claims: Where the leases of accounts are asked for.
            by: This process.
            accounts: Those of the settings.
            clock: Where time comes from.
        """
        self._store = store
        self._claims = claims
        self._by = by
        self._accounts = frozenset(accounts)
        self._clock = clock
        self._before_us: set[str] = set()
        self._taken_out: set[str] = set()

    def follow(self, accounts: Collection[str], *, taken_out: Collection[str]) -> None:
        """Go by other settings; `look` retires what we had watched and was taken out of them."""
        self._accounts = frozenset(accounts)
        self._taken_out = (self._taken_out | set(taken_out)) - self._accounts

    async def begin(self) -> None:
        """Look for the first time; what a state database that is away cannot tell now waits for its turn.

        Raises:
            StateDatabaseError: It cannot be used any more.
        """
        try:
            await self.look()
        except StateDatabaseError as error:
            if not may_pass(error):
                raise
            log.warning("retiring.waits", error=str(error))

    async def look(self) -> None:
        """Retire the accounts that count as taken out and that nobody holds. Called by the schedule.

        Raises:
            StateDatabaseError: It could not be looked at, or stored.
        """
        for account, holder in (await self._store.holders()).items():
            ours = account in self._accounts and holder.instance != self._by.instance
            if ours and holder.host == self._by.host:
                self._before_us.add(holder.instance)
        for left in await self._store.left_accounts(self._accounts):
            # Whoever else has it in its settings had time to take it: then its lease is not ours any more.
            known = self._before_us | ({self._by.instance} if left.account in self._taken_out else set())
            reason = why_account_retires(left, known, now=self._clock.now().utc)
            if reason:
                await self._retire(left, reason)

    async def _retire(self, left: Left, reason: str) -> None:
        claim = await self._claims.claim(left.account)
        if not isinstance(claim, Claim):
            return  # it is watched by a process with other settings
        try:
            await claim.store.forget(reason, now=self._clock.now().utc)
        except LeaseLost:
            return
        finally:
            claim.let_go()
        log.info("account.retired", account=left.account, why=reason)
