"""The accounts side by side: who is not seen leads, then whoever has most money without a stop. Pure.

Everything is put by its account once, so a hundred accounts cost no more than what they hold.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from dashboard.words import numbers as words
from dashboard.words.risk import Sum, at_risk, unprotected
from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Severity
from reconciler.sight.account_state import AccountState, accounts_of, state_of
from reconciler.views.account import CycleView, LegsView, PositionView, SourceView
from reconciler.views.now import NowView
from reconciler.views.today import UnprotectedView

UNSEEN: Final = frozenset({AccountState.NOT_WATCHED, AccountState.STALLED, AccountState.BLIND})
"""States in which nothing is known of an account now."""

WORDS: Final = {
    AccountState.WATCHED: "watched",
    AccountState.PARTIAL: "seen in part",
    AccountState.BLIND: "not seen",
    AccountState.STALLED: "stalled",
    AccountState.NOT_WATCHED: "not watched",
}
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One account.

    Attributes:
        account: Its name; `group`: its group of accounts, empty for none.
        state: How well it is seen.
        bare: What stands without a stop that covers it, by the last look.
        more: There may be more of that: not all of it was seen.
        risk: What its open alerts put at risk.
        alerts: How many are open, by severity.
        cycle: Its last sweep; None before the first.
        today: What stood without a stop since midnight, UTC; None where nothing is stored.
        holder: Who watches it; None for nobody.
    """

    account: str
    group: str
    state: AccountState
    bare: Sum
    more: bool
    risk: Sum
    alerts: Mapping[Severity, int]
    cycle: CycleView | None
    today: UnprotectedView | None
    holder: str | None

    @property
    def unseen(self) -> bool:
        """Whether nothing is known of it now."""
        return self.state in UNSEEN


@dataclass(frozen=True, slots=True)
class Group:
    """A group of accounts, by its name; those without one stand together under an empty name."""

    name: str
    lines: tuple[Line, ...]


def groups(view: NowView, today: Mapping[str, UnprotectedView]) -> tuple[Group, ...]:
    """Return all accounts by their groups, with what should be looked at first on top."""
    by_group: dict[str, list[Line]] = defaultdict(list)
    for line in _lines(view, today):
        by_group[line.group].append(line)
    found = [Group(name, tuple(sorted(lines, key=_first))) for name, lines in by_group.items()]
    return tuple(sorted(found, key=lambda group: (_first(group.lines[0])[:3], group.name)))


def sentence(found: Sequence[Group]) -> tuple[str, bool]:
    """Return the answer in a sentence, and whether all of them are watched and seen whole."""
    lines = [line for group in found for line in group.lines]
    if not lines:
        return "No account is known yet.", False
    lost = sorted(line.account for line in lines if line.unseen)
    if lost:
        named = ", ".join(map(words.shortened, lost[:_NAMED]))
        more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        return f"{len(lost)} of {words.count(len(lines), 'account')} not seen now: {named}{more}.", False
    part = sum(line.state is AccountState.PARTIAL for line in lines)
    if len(lines) == 1:
        return f"It is watched{', and seen in part' if part else ''}.", not part
    if part:
        return f"All {len(lines)} are watched, {part} of them seen in part.", False
    return f"All {len(lines)} are watched.", True


def money(total: Sum, *, more: bool = False) -> str:
    """Say a sum in a cell, with what has no price."""
    if total.nothing:
        return words.UNKNOWN if more else "-"
    beside = f" + {total.unpriced_said}" if total.amounts and total.unpriced else ""
    return f"{total.said}{beside}{' or more' if more else ''}"


def alerts_said(line: Line) -> str:
    """Say how many alerts are open, the worst first; a dash for none."""
    told = [f"{line.alerts[each]} {each}" for each in reversed(Severity) if line.alerts.get(each)]
    return ", ".join(told) or "-"


def matched(line: Line) -> str:
    """Say on how many legs both sides hold the same, by the last sweep, as far as it is seen."""
    cycle = line.cycle
    if line.unseen or cycle is None:
        return words.UNKNOWN
    return f"{cycle.matched} of {cycle.legs}"


def today_said(line: Line) -> str:
    """Say what stood without a stop since midnight, in dollar-seconds."""
    if line.today is None:
        return words.UNKNOWN
    return words.much(line.today.dollar_seconds, "") if line.today.dollar_seconds else "0"


def swept(line: Line, now: datetime) -> str:
    """Say how long ago all of it was last seen."""
    return "never" if line.cycle is None else words.ago(line.cycle.last_complete_at, now)


def _lines(view: NowView, today: Mapping[str, UnprotectedView]) -> list[Line]:
    alerts: dict[str, list[Alert]] = defaultdict(list)
    legs: dict[str, list[PositionView]] = defaultdict(list)
    sources: dict[str, list[SourceView]] = defaultdict(list)
    for alert in view.alerts:
        alerts[alert.key.account].append(alert)
    for leg in view.legs.out_of_line:
        legs[leg.account].append(leg)
    for source in view.sources:
        sources[source.account].append(source)
    watches = {watch.account: watch for watch in view.watches}
    cycles = {cycle.account: cycle for cycle in view.cycles}
    lines = []
    for account in accounts_of(view):
        watch, cycle = watches.get(account), cycles.get(account)
        alone = replace(
            view,
            watches=() if watch is None else (watch,),
            cycles=() if cycle is None else (cycle,),
            sources=tuple(sources[account]),
            alerts=tuple(alerts[account]),
            legs=LegsView(tuple(legs[account])),
        )
        counts: dict[Severity, int] = defaultdict(int)
        for alert in alerts[account]:
            counts[alert.severity] += 1
        state = state_of(alone, account)
        untold = state in UNSEEN or cycle is None or cycle.status == "blind"
        lines.append(
            Line(
                account=account,
                group="" if watch is None else watch.group,
                state=state,
                bare=unprotected(alone),
                more=untold or any(leg.stop == "unknown" for leg in legs[account]),
                risk=at_risk(alone),
                alerts=dict(counts),
                cycle=cycle,
                today=today.get(account),
                holder=None if watch is None else watch.holder,
            )
        )
    return lines


def _first(line: Line) -> tuple[int, Decimal, Decimal, str]:
    return (0 if line.unseen else 1, -_worth(line.bare), -_worth(line.risk), line.account)


def _worth(total: Sum) -> Decimal:
    """Return how much it is, to sort by: what has no price may be the largest."""
    return Decimal("Infinity") if total.unpriced else sum(total.amounts.values(), Decimal(0))
