"""Which changes of an account's legs are counted, and which trades are still to be read for that; pure.

A leg changes; the trades since are read once, and each is counted under its order. What all of them make of
a leg must be what the venue shows: else they are read again, for lists lag, and what no trade accounts for in
the end is a change of its own. A trade that could not be read is never a trade that was not there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.account.memory.told_changes import ToldChanges
from reconciler.facts.attribution import Attribution, By, attributed
from reconciler.facts.change import Change, Mark
from verification.budget.backoff import Backoff
from verification.facts.account import Fill
from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey
from verification.facts.slices import Effort, Slices

_ZERO = Decimal(0)

REMEMBERED = 1000
"""Trades of a symbol that are known to be counted: a list that overlaps counts none of them again."""

OVERLAP = timedelta(seconds=60)
"""How much earlier than the last trade that is counted is read: lists lag, and clocks differ."""

LONGEST = timedelta(days=6, hours=22)
"""Venues list the trades of a week in one answer."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what explains a change is waited for.

    Attributes:
        settling: After a change, before its trades are asked for: a list is later than a push.
        apart: Between two lists of one symbol: one that is traded without end is read in larger pieces.
        enough: Complete lists that account for a change no better, before it is told that no trade does.
        late: For how long they must have done so.
        grace: After its last trade, in which a ledger may still come to name an order.
    """

    settling: timedelta = timedelta(seconds=3)
    apart: timedelta = timedelta(seconds=20)
    enough: int = 3
    late: timedelta = timedelta(seconds=120)
    grace: timedelta = timedelta(seconds=120)

    def pause(self, times: int) -> float:
        """Return the seconds after which a list is asked for again that so often told nothing new."""
        return Backoff(self.apart.total_seconds(), most=600.0).after(times)


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Shown:
    """What the venue shows of a leg.

    Attributes:
        quantity: Signed contracts.
        changed: The venue's own time of its last change, aware UTC; None if not given.
    """

    quantity: Decimal
    changed: datetime | None


@dataclass(slots=True)
class _Due:
    """A symbol whose trades are to be read.

    Attributes:
        since: When it was first seen to differ from what is counted.
        changed: When what is shown of it has last changed.
        not_before: The monotonic time before which nothing is asked.
        reads: Complete lists since that have not accounted for it.
        failed: Reads in a row that have failed.
    """

    since: Moment
    changed: Moment
    not_before: float
    reads: int = 0
    failed: int = 0


@dataclass(slots=True)
class Counted:
    """The changes of one account.

    Attributes:
        patience: How long what explains them is waited for.
        since: From when on changes are counted, aware UTC; None before the first look at all of it.
        until: When all of it was last seen, aware UTC: a leg that appears was flat then.
        marks: Up to where each symbol is counted.
        told: The changes.
    """

    patience: Patience = PATIENCE
    since: datetime | None = None
    until: datetime | None = None
    marks: dict[str, Mark] = field(default_factory=dict)
    told: ToldChanges = field(default_factory=ToldChanges)
    _shown: dict[str, dict[Leg, Shown]] = field(default_factory=dict)
    _checked: dict[str, datetime] = field(default_factory=dict)
    _due: dict[str, _Due] = field(default_factory=dict)
    _read_at: dict[str, float] = field(default_factory=dict)

    def looked(self, shown: Iterable[tuple[LegKey, Shown]], *, whole: bool, now: Moment) -> Slices[None]:
        """Take what a look has shown, in slices. Legs that are not in it were not seen.

        Args:
            shown: Legs, flat ones too.
            whole: True when it was of the whole account, and nothing of it was unread.
            now: When it was so.
        """
        first = self.since is None
        if first and not whole:
            return
        effort = Effort()
        for key, leg in shown:
            if first:
                self._begin(key, leg, now.utc)
            self._see(key, leg, now)
            if effort.spent(glanced=True):
                yield
        if first:
            self.since = now.utc
        if whole:
            self.until = now.utc

    def held(self, account: str, symbols: frozenset[str] | None = None) -> list[LegKey]:
        """Return the legs that hold something by what is counted; of some symbols, or of all."""
        return [
            LegKey(account, name, leg)
            for name in (self.marks if symbols is None else symbols & self.marks.keys())
            for leg, held in self.marks[name].held.items()
            if held != 0
        ]

    def due(self, now: Moment) -> list[tuple[str, datetime, Moment]]:
        """Return the symbols whose trades are to be read now, from when on, and since when they are so."""
        due = [(each.since.monotonic, name) for name, each in self._due.items()]
        ripe = [name for _, name in sorted(due) if self._due[name].not_before <= now.monotonic]
        return [(name, self.since_of(name, now), self._due[name].changed) for name in ripe]

    def unread(self) -> list[str]:
        """Return the symbols whose trades could not be read when they were last asked for."""
        return sorted(name for name, each in self._due.items() if each.failed)

    def since_of(self, symbol: str, now: Moment) -> datetime:
        """Return from when on the trades of a symbol have to be read, aware UTC."""
        return max(self.marks[symbol].until - OVERLAP, now.utc - LONGEST)

    def count(
        self, symbol: str, fills: Iterable[Fill], leg_of: Callable[[Fill], Leg | None], now: Moment
    ) -> None:
        """Take a complete list of a symbol's trades from `since_of` on.

        Args:
            symbol: Whose.
            fills: The trades, in any order.
            leg_of: Says which leg one has traded; None where that is not known yet: it is not counted then.
            now: When it had been read.
        """
        due, mark = self._due[symbol], self.marks[symbol]
        listed = sorted(fills, key=lambda fill: (fill.at, fill.trade_id))
        known = frozenset(mark.counted)
        new: dict[Leg, list[Fill]] = {}
        for fill in listed:
            leg = leg_of(fill)
            if fill.trade_id not in known and leg is not None:
                new.setdefault(leg, []).append(fill)
        chosen = [
            (leg, fill)
            for leg, of_leg in new.items()
            for fill in self._chosen(mark, leg, of_leg, patient=due.reads > 0)
        ]
        held = dict(mark.held)
        for leg, fill in chosen:
            self._note(leg, fill)
            held[leg] = held.get(leg, _ZERO) + fill.quantity
        counted = [*mark.counted, *(fill.trade_id for _, fill in chosen)]
        self._read_at[symbol] = now.monotonic
        settled = all(held.get(leg, _ZERO) == each.quantity for leg, each in self._shown[symbol].items())
        self.told.read(symbol)
        if settled:
            counted += [fill.trade_id for fill in listed]
        else:
            due.reads, due.failed = due.reads + 1, 0
            due.not_before = now.monotonic + self.patience.pause(due.reads)
        # While it is not accounted for, the next list begins where this one has.
        until = max([mark.until, *(fill.at for fill in listed)]) if settled else mark.until
        self.marks[symbol] = Mark(symbol, held, until, tuple(dict.fromkeys(counted))[-REMEMBERED:])
        if settled:
            self._settled(symbol)
        elif due.reads >= self.patience.enough and now.utc - due.since.utc >= self.patience.late:
            self._untraded(symbol, due, By.NOBODY, now)
            self.marks[symbol] = replace(self.marks[symbol], until=max([mark.until, *(f.at for f in listed)]))
            self._settled(symbol)

    def failed(self, symbol: str, now: Moment) -> None:
        """Take note that the trades of a symbol could not be read: what changed is not explained so far."""
        due = self._due[symbol]
        due.failed += 1
        due.not_before = now.monotonic + self.patience.pause(due.failed)
        if now.utc - due.since.utc >= self.patience.late:
            self._untraded(symbol, due, By.NOT_READ, now)

    def _begin(self, key: LegKey, leg: Shown, at: datetime) -> None:
        mark = self.marks.get(key.symbol) or Mark(key.symbol, {}, at)
        self.marks[key.symbol] = replace(mark, held={**mark.held, key.leg: leg.quantity})
        if leg.changed is not None:
            self._checked[key.symbol] = max(leg.changed, self._checked.get(key.symbol, leg.changed))

    def _see(self, key: LegKey, leg: Shown, now: Moment) -> None:
        symbol = key.symbol
        mark = self.marks.get(symbol)
        if mark is None:
            if leg.quantity == 0:
                return
            self.marks[symbol] = mark = Mark(symbol, {}, self.until or now.utc)
        before = self._shown.setdefault(symbol, {}).get(key.leg)
        self._shown[symbol][key.leg] = leg
        if before != leg and symbol in self._due:
            self._due[symbol].changed = now
        checked = self._checked.setdefault(symbol, mark.until)
        moved = leg.changed is not None and leg.changed > checked
        if (leg.quantity != mark.held.get(key.leg, _ZERO) or moved) and symbol not in self._due:
            soon = now.monotonic + self.patience.settling.total_seconds()
            rested = self._read_at.get(symbol, float("-inf")) + self.patience.apart.total_seconds()
            self._due[symbol] = _Due(now, now, max(soon, rested))
        elif symbol in self._due and not self._differs(symbol) and not moved:
            del self._due[symbol]  # it was a list that lagged: what is held is what is counted
            self.told.read(symbol)

    def _differs(self, symbol: str) -> bool:
        mark, checked = self.marks[symbol], self._checked[symbol]
        return any(
            leg.quantity != mark.held.get(which, _ZERO) or (leg.changed is not None and leg.changed > checked)
            for which, leg in self._shown[symbol].items()
        )

    def _chosen(self, mark: Mark, leg: Leg, new: list[Fill], *, patient: bool) -> list[Fill]:
        """Return those of the trades that are not in what is counted.

        Later ones are not. Of earlier ones that is not known: they were before the first look, or were listed
        late. So many of them are taken, the latest first, as make what the venue shows; none while the list
        itself may lag.
        """
        sure = [fill for fill in new if fill.at > mark.until]
        early = [fill for fill in new if fill.at <= mark.until]
        shown = self._shown[mark.symbol].get(leg)
        if not (early and patient) or shown is None:
            return sure
        held = mark.held.get(leg, _ZERO) + sum((fill.quantity for fill in sure), _ZERO)
        for taken in range(len(early)):
            if held == shown.quantity:
                return [*early[len(early) - taken :], *sure]
            held += early[len(early) - taken - 1].quantity
        return [*early, *sure] if held == shown.quantity else sure

    def _note(self, leg: Leg, fill: Fill) -> None:
        before = self.told.get((fill.symbol, leg, fill.order_id))
        who = attributed(owner=None, cause=fill.cause, fact=None, settled=False)
        if before is None:
            change = Change(fill.symbol, leg, fill.order_id, "", fill.quantity, 1, fill.at, fill.at, who)
        else:
            change = replace(
                before,
                contracts=before.contracts + fill.quantity,
                trades=before.trades + 1,
                since=min(before.since, fill.at),
                at=max(before.at, fill.at),
                who=who if before.who.by is By.WAITING else before.who,
            )
        self.told.put(change)

    def _untraded(self, symbol: str, due: _Due, by: By, now: Moment) -> None:
        """Tell what no trade accounts for: it is counted then, unless it could not be read."""
        mark = self.marks[symbol]
        held = dict(mark.held)
        for leg, each in self._shown[symbol].items():
            apart = each.quantity - held.get(leg, _ZERO)
            if apart == 0:
                continue
            self.told.untraded(symbol, leg, apart, Attribution(by), since=due.since.utc, at=now.utc)
            held[leg] = each.quantity
        if by is By.NOBODY:
            self.marks[symbol] = replace(mark, held=held)

    def _settled(self, symbol: str) -> None:
        del self._due[symbol]
        changed = [leg.changed for leg in self._shown[symbol].values() if leg.changed is not None]
        self._checked[symbol] = max([*changed, self._checked[symbol]])
