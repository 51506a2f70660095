"""The newest changes of an account, and which of them are to be stored anew; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.account.memory.own_orders import OwnOrders
from reconciler.facts.attribution import Attribution, By, attributed
from reconciler.facts.change import Change
from verification.facts.leg import Leg
from verification.facts.order_fact import OrderFacts, OrderRef

Key = tuple[str, Leg, str]

KEPT = 500
"""Changes that are remembered: those whose sender is known go first. What was stored of others stays."""

NAMED_LATE = timedelta(days=1)
"""How long it is looked for in ledgers all the same."""

_AGAIN, _AGAIN_LATER = timedelta(seconds=30), timedelta(minutes=10)
"""How long after what would tell who it was has been asked about it is again; later, once it is told."""

_SAME_GAP = timedelta(hours=1)


@dataclass(slots=True)
class ToldChanges:
    """The changes of one account.

    Attributes:
        news: Those that differ from what is stored.
        dropped: Those that are stored, and are none any more.
    """

    news: dict[Key, Change] = field(default_factory=dict)
    dropped: set[Key] = field(default_factory=set)
    _known: dict[Key, Change] = field(default_factory=dict)
    _tried: dict[Key, datetime] = field(default_factory=dict)

    def restore(self, changes: Iterable[Change]) -> None:
        """Know what was stored."""
        self._known = {change.key: change for change in changes}

    def get(self, key: Key) -> Change | None:
        """Return a change; None where none is known."""
        return self._known.get(key)

    def all(self) -> tuple[Change, ...]:
        """Return all that are remembered, the last one first."""
        return tuple(sorted(self._known.values(), key=lambda each: (each.at, each.key), reverse=True))

    def put(self, change: Change) -> None:
        """Take a change, new or as it is now."""
        if self._known.get(change.key) == change:
            return
        self._known[change.key] = self.news[change.key] = change
        self.dropped.discard(change.key)
        if len(self._known) > KEPT:
            self._forget()

    def untraded(
        self, symbol: str, leg: Leg, contracts: Decimal, who: Attribution, *, since: datetime, at: datetime
    ) -> None:
        """Take what no trade accounts for. What lately went the other way was a list that lagged.

        What could not be read so far is told anew each time, and is no part of what is counted.
        """
        before = next(
            (
                each
                for each in self._known.values()
                if each.untraded and (each.symbol, each.leg) == (symbol, leg) and at - each.at < _SAME_GAP
            ),
            None,
        )
        name = f"~{since:%Y-%m-%dT%H:%M:%S.%f}"
        if before is not None:
            name, since = before.order_id, before.since
            if Attribution(By.NOT_READ) not in {before.who, who}:
                contracts += before.contracts
        change = Change(symbol, leg, name, "", contracts, 0, since, at, who)
        if contracts == 0:
            self._drop(change.key)
        else:
            self.put(change)

    def read(self, symbol: str) -> None:
        """Take note that the trades of a symbol are read: nothing of it is unread for want of them."""
        for change in list(self._known.values()):
            if change.symbol == symbol and change.untraded and change.who.by is By.NOT_READ:
                self._drop(change.key)

    def attribute(
        self, own: OwnOrders, facts: OrderFacts, *, marks: Mapping[str, str], grace: timedelta, now: datetime
    ) -> tuple[OrderRef, ...]:
        """Say who has sent what, as far as it is known; return the orders whose own word would tell more.

        Within `grace` after its last trade a ledger may still come to name an order.
        """
        wanted: dict[OrderRef, None] = {}
        for change in list(self._known.values()):
            if change.untraded or change.who.by is By.LEDGER or now - change.at > NAMED_LATE:
                continue
            ref = OrderRef(change.symbol, change.order_id, conditional=False)
            fact = facts.get(ref)
            client = change.client_order_id or (fact.client_order_id if fact is not None else None) or ""
            owner = own.owner(change.symbol, change.order_id, client, facts)
            if owner is None and (change.who.explained or change.who.by is By.NOBODY):
                continue  # only a row that names it would tell something else
            settled = now - change.at > grace
            who = attributed(owner=owner, cause=None, fact=fact, settled=settled, marks=marks)
            unknown = [each for each in (ref, *own.stops(change.symbol)) if each not in facts]
            if who.by is By.NOBODY and unknown:
                who = Attribution(By.NOT_READ)  # it may be what a stop of a bot's has become
            self.put(replace(change, client_order_id=client, who=who))
            if not who.explained and unknown and self._is_due(change.key, settled=settled, now=now):
                wanted |= dict.fromkeys(unknown)
        return tuple(wanted)

    def _is_due(self, key: Key, *, settled: bool, now: datetime) -> bool:
        tried = self._tried.get(key)
        if tried is not None and now - tried < (_AGAIN_LATER if settled else _AGAIN):
            return False
        self._tried[key] = now
        return True

    def stored(self, news: dict[Key, Change], dropped: set[Key]) -> None:
        """Take note that these are stored as they were."""
        self.news = {key: each for key, each in self.news.items() if news.get(key) is not each}
        self.dropped -= dropped

    def _drop(self, key: Key) -> None:
        self.news.pop(key, None)
        self._tried.pop(key, None)
        if self._known.pop(key, None) is not None:
            self.dropped.add(key)

    def _forget(self) -> None:
        oldest = min(self._known.values(), key=lambda each: (not each.who.explained, each.at, each.key))
        del self._known[oldest.key]
        self._tried.pop(oldest.key, None)
        if oldest.who.by is By.WAITING:  # nobody will look after it any more
            self.news[oldest.key] = replace(oldest, who=Attribution(By.NOT_READ))
