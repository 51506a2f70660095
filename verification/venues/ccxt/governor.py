"""One governor of request weight for each venue and egress address, over all accounts and clients of it.

It stands before all that ccxt sends. What fits into the budget goes at once; what does not waits for its
turn, not for long, and is then refused in words: it was not asked, which says nothing of what it asked for.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from verification.budget.counter import Asked, Budget, Fit
from verification.budget.patience import PATIENCE
from verification.budget.purpose import Purpose, SharedPurpose
from verification.budget.rates import Limit, Rates
from verification.budget.venue_pause import Wait, told_wait
from verification.facts.clock import Clock
from verification.venues.ccxt.failures import NotSent, NotSentToSave, code_in

_log = logging.getLogger(__name__)

_LEAST_PAUSE = 0.05  # seconds between two looks at whether there is room
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_CODE_WITHIN = 200  # characters of an answer's beginning, within which its error code stands


@dataclass(frozen=True, slots=True)
class Request:
    """A request that wants to be sent.

    Attributes:
        account: On whose behalf.
        path: What it asks, for the counters of its user.
        address: Its weight for the address.
        user: Its weight for the user; 0 where users are not counted.
    """

    account: str
    path: str
    address: float
    user: float = 0.0


@dataclass(slots=True)
class _Place:
    """A place in the line."""

    request: Request
    shared: SharedPurpose
    turn: asyncio.Future[None]


@dataclass(slots=True)
class _User:
    """What is known of one user (an account) beside its address, by path."""

    budgets: dict[str, Budget] = field(default_factory=dict)
    waits: dict[str, Wait] = field(default_factory=dict)


class Governor:
    """Lets requests of `users` of a venue from one address out, by its `budget`, unless it asks us to `wait`.

    All time is monotonic.
    """

    def __init__(self, rates: Rates, name: str, limit: Limit, clock: Clock) -> None:
        """Nothing was sent yet.

        Args:
            rates: How the venue counts.
            name: The venue's name, for people.
            limit: What it takes from one address.
            clock: Where time comes from.
        """
        self._rates = rates
        self.name = name
        self._clock = clock
        self.budget = Budget(limit)
        self.users: dict[str, _User] = {}
        self.wait = Wait()
        self._proof: Request | None = None  # the one that tries whether we are served again
        self._line: list[_Place] = []
        self._timer: asyncio.TimerHandle | None = None

    def know(self, account: str) -> None:
        """Take note of an account that shares the address."""
        self.users.setdefault(account, _User())

    def share(self, part: float, accounts: Collection[str]) -> None:
        """Use so much of our whole part, on behalf of these accounts alone."""
        self.budget.share(part, accounts)
        self.users = {account: user for account, user in self.users.items() if account in accounts}

    async def admit(self, request: Request, shared: SharedPurpose) -> None:
        """Return when a request may be sent, and count it. `done` must follow.

        Raises:
            NotSent: It may not, and will not soon.
        """
        self.know(request.account)
        if shared.purpose.trades:
            if shared.purpose is Purpose.ENTRY and (asked := self.asked_to_wait()):
                raise NotSent(f"not sent: {asked}")
            # One turn of the loop: a kept connection that the venue has closed is noticed before an order is
            # written to it, and then lost for all that anybody knows.
            await asyncio.sleep(0)
            self._count(request, shared.purpose)
            return
        if not self._line and self._fit(request, shared.purpose) in {Fit.YES, Fit.KEPT}:
            self._let_out(request, shared.purpose)
            return
        place = _Place(request, shared, asyncio.get_running_loop().create_future())
        self._line.append(place)
        self._serve()
        await self._turn_of(place)

    async def _turn_of(self, place: _Place) -> None:
        own = place.shared.patience
        patience = PATIENCE[place.shared.purpose] if own is None else own
        asked = Asked(place.request.address, place.shared.purpose, place.request.account)
        may = self.budget.could_fit(asked, self._clock.now().monotonic, patience, len(self.users))
        try:
            # Who cannot be served in time does not wait in vain: an alert may be waiting for the answer.
            if not (place.turn.done() or (may and self._left(place.request) <= patience)):
                raise self._refusal(place.request, place.shared)
            async with asyncio.timeout(patience):
                await place.turn
        except TimeoutError:
            if place.turn.cancelled():
                raise self._refusal(place.request, place.shared) from None
        except asyncio.CancelledError:
            if place.turn.done() and not place.turn.cancelled():
                self.done(place.request)  # it was let out, and is not sent after all: it stays counted
            raise
        finally:
            if place in self._line:
                self._line.remove(place)

    def done(self, request: Request) -> None:
        """Take note that a request has been answered, or has failed."""
        if self._proof is request:
            self._proof = None
            self._serve()

    def heard(self, account: str, path: str, status: int, headers: Mapping[str, str], body: str) -> None:
        """Take note of what an answer tells of the budget and of waiting."""
        now, rates = self._clock.now(), self._rates
        used = _number(headers, rates.used)
        if used is not None:
            self.budget.told(used, now.monotonic)
        self._hear_left(account, path, headers)
        code = code_in(body[:_CODE_WITHIN])
        wait = self.users.setdefault(account, _User()).waits.setdefault(path, Wait())
        refused = status >= _CLIENT_ERROR or code in rates.user_codes | rates.address_codes
        told = told_wait(headers, body, now.utc, rates.until) if refused else None
        if rates.refuses(status, code, body):
            self.wait.refused(told, rates.pauses.get(status, 1.0), now.monotonic)
            _log.warning("%s (HTTP %d)", self.asked_to_wait(), status)
        elif code in rates.user_codes or (status >= _SERVER_ERROR and told is not None):
            # A part of the venue that is out of order says nothing of its other parts.
            wait.refused(told, 1.0, now.monotonic)
            words = self._words(wait.left(now.monotonic))
            _log.warning("%s (%s, account %s, %s)", words, code or status, account, path)
        else:
            self.wait.served(now.monotonic)
            wait.served(now.monotonic)
        self._serve()

    def asked_to_wait(self, request: Request | None = None) -> str:
        """Return that, and until when, the venue asks us to wait (with a request); empty if it does not."""
        left = self.wait.left(self._clock.now().monotonic) if request is None else self._left(request)
        return self._words(left) if left > 0 else ""

    def _words(self, seconds: float) -> str:
        return f"{self.name} asks us to wait until {self._in(seconds)}"

    async def room(self, account: str, weight: float, shared: SharedPurpose) -> None:
        """Return when requests of so much weight fit together; for a moment the room is left free for them.

        Raises:
            NotSent: They do not, and will not soon.
        """
        together = Request(account, "", min(weight, self.budget.part))
        self.know(account)
        end = self._clock.now().monotonic + PATIENCE[shared.purpose]
        while self._fit(together, shared.purpose) not in {Fit.YES, Fit.KEPT}:
            now = self._clock.now().monotonic
            pause = max(self._left(together), self.budget.changes(now) or 0.0, _LEAST_PAUSE)
            if now + pause > end:
                raise self._refusal(together, shared)
            await self._clock.sleep(pause)
        self.budget.promise(Asked(together.address, shared.purpose, account), self._clock.now().monotonic)

    def _let_out(self, request: Request, purpose: Purpose) -> None:
        if not self.wait.proven:
            self._proof = request
        self._count(request, purpose)

    def _count(self, request: Request, purpose: Purpose) -> None:
        now = self._clock.now().monotonic
        self.budget.count(Asked(request.address, purpose, request.account), now)
        if request.user:
            of_user = self._budget_of(request)
            if of_user is not None:
                of_user.count(Asked(request.user, purpose, request.account), now)

    def _fit(self, request: Request, purpose: Purpose) -> Fit:
        now = self._clock.now().monotonic
        if self.wait.left(now) or self._proof is not None:
            return Fit.FULL
        if self._left(request):
            return Fit.CAPPED
        fit = self.budget.fit(Asked(request.address, purpose, request.account), now, len(self.users))
        of_user = self._budget_of(request)
        if of_user is None or fit not in {Fit.YES, Fit.KEPT}:
            return fit
        own = of_user.fit(Asked(request.user, purpose, request.account), now)
        return fit if own in {Fit.YES, Fit.KEPT} else Fit.CAPPED

    def _budget_of(self, request: Request) -> Budget | None:
        """Return the counter of the request's user for its path; None where there is none."""
        if not request.user or self._rates.user is None:
            return None
        budgets = self.users.setdefault(request.account, _User()).budgets
        return budgets.setdefault(request.path, Budget(self._rates.user))

    def _hear_left(self, account: str, path: str, headers: Mapping[str, str]) -> None:
        if self._rates.left is None or self._rates.user is None:
            return
        left, most = (_number(headers, name) for name in self._rates.left)
        if left is None or not most:
            return
        used = max(0.0, most - max(0.0, left)) / most * self._rates.user.most
        budgets = self.users.setdefault(account, _User()).budgets
        budget = budgets.setdefault(path, Budget(self._rates.user))
        budget.told(used, self._clock.now().monotonic)

    def _serve(self) -> None:
        """Let out whoever may go: the most urgent first, of one purpose the account that had least."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock.now().monotonic
        self._line = [place for place in self._line if not place.turn.done()]
        full = False
        had = {id(place): self._had(place, now) for place in self._line}
        for place in sorted(self._line, key=lambda each: (-each.shared.purpose, had[id(each)])):
            fit = self._fit(place.request, place.shared.purpose)
            if fit is Fit.KEPT or (fit is Fit.YES and not full):
                self._let_out(place.request, place.shared.purpose)
                place.turn.set_result(None)
            full = full or fit is Fit.FULL
        self._line = [place for place in self._line if not place.turn.done()]
        if self._line:
            self._timer = asyncio.get_running_loop().call_later(self._changes(now), self._serve)

    def _had(self, place: _Place, now: float) -> float:
        return self.budget.had(place.request.account, now, place.shared.purpose)

    def _changes(self, now: float) -> float:
        """Return in how many seconds something may fit that does not now."""
        waits = [self.wait, *(each for user in self.users.values() for each in user.waits.values())]
        changes = [left for each in waits if (left := each.left(now)) > 0]
        budgets = [self.budget, *(each for user in self.users.values() for each in user.budgets.values())]
        changes += [change for each in budgets if (change := each.changes(now)) is not None]
        return min(changes, default=1.0) + 0.001

    def _left(self, request: Request) -> float:
        """Return in how many seconds the venue no longer asks us to wait with a request."""
        now, user = self._clock.now().monotonic, self.users.get(request.account, _User())
        return max(self.wait.left(now), user.waits.get(request.path, Wait()).left(now))

    def _refusal(self, request: Request, shared: SharedPurpose) -> NotSent:
        if asked_to := self.asked_to_wait(request):
            return NotSent(f"not asked: {asked_to}")
        if self._proof is not None:
            return NotSent(f"not asked: {self.name} has asked us to wait, and has not answered again yet")
        now = self._clock.now().monotonic
        asked = Asked(request.address, shared.purpose, request.account)
        until = self._in(self.budget.when(asked, now))
        spent = f"the budget of request weight of {self.name} is spent until {until}"
        return NotSentToSave(f"not asked: {spent}")

    def _in(self, seconds: float) -> str:
        """Return the time in so many seconds, rounded up to a whole one: for people, UTC."""
        now = self._clock.now().utc
        end = now + timedelta(seconds=seconds)
        if end.microsecond:
            end = end.replace(microsecond=0) + timedelta(seconds=1)
        form = "%H:%M:%S" if end.date() == now.date() else "%d %b %H:%M:%S"
        return f"{end:{form}} UTC"


def _number(headers: Mapping[str, str], name: str) -> float | None:
    if not name:
        return None
    value = next((told for each, told in headers.items() if each.lower() == name.lower()), "").strip()
    return float(value) if value.isdecimal() else None
