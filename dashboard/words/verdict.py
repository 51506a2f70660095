"""The one sentence on top of every page: is anything wrong, what is at risk. Pure.

Green is earned, never assumed: only a live reconciler, whole and recent sweeps of every account, sources that
are all well, and no open alert give it. Whatever cannot be seen comes before whatever was seen last.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.risk_said import risked, still, with_whom
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.runbook import steps_for
from reconciler.alerts.wording import sight
from reconciler.facts.finding import Severity
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.kinds.registry import is_blindness
from reconciler.sight.account_state import (
    SEEING,
    accounts_of,
    cycle_of,
    heartbeat_of,
    heartbeat_state_of,
    is_old,
    is_unheard,
)
from reconciler.views.now import NowView

NAMED = 2
_RANK = (HeartbeatState.NEVER, HeartbeatState.STOPPED, HeartbeatState.LATE)


class Level(StrEnum):
    """How loud the sentence is."""

    BLIND = "blind"
    CRITICAL = "critical"
    WARNING = "warning"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Unread:
    """The state database could not be read: no view, and not an empty one.

    Attributes:
        message: One plain line: what, where, what to do.
        at: When the read failed, aware UTC.
    """

    message: str
    at: datetime


def ended(lead: str) -> str:
    """Return the first words as a sentence of their own, where they do not lead on by themselves."""
    return f"{lead}." if lead[-1:].isalnum() else lead


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the banner says.

    Attributes:
        level: How loud.
        lead: The first words, shown large.
        text: The rest of the sentence; may be empty.
        count: Alerts that need somebody now.
        worst: The worst of them in a clause; empty where none needs anybody.
        first: What to do about it first.
        aside: What others have taken already.
        alert: The number of the worst; None without one.
    """

    level: Level
    lead: str
    text: str
    count: int
    worst: str = ""
    first: str = ""
    aside: str = ""
    alert: int | None = None

    @property
    def sentence(self) -> str:
        """The whole of it, unescaped."""
        told = (
            ended(self.lead) if self.text or self.worst or self.aside else self.lead,
            self.text,
            f"Worst: {self.worst}." if self.worst else "",
            f"First: {self.first}" if self.first else "",
            self.aside,
        )
        return " ".join(part for part in told if part)


def needing(view: NowView) -> tuple[Alert, ...]:
    """Return the open alerts that nobody has taken and nothing quiets, in the order given (worst first)."""
    firing = (alert for alert in view.alerts if alert.state is AlertState.FIRING)
    return tuple(alert for alert in firing if alert.id not in view.quiet)


def quieted(view: NowView) -> tuple[Alert, ...]:
    """Return the alerts that are snoozed, intended, or quiet by something else, in the order given."""
    firing = (alert for alert in view.alerts if alert.state is AlertState.FIRING)
    return tuple(alert for alert in firing if alert.id in view.quiet)


def acknowledged(view: NowView) -> tuple[Alert, ...]:
    """Return the acknowledged alerts, oldest first: the ones most easily forgotten."""
    seen = [alert for alert in view.alerts if alert.state is AlertState.ACKNOWLEDGED]
    return tuple(sorted(seen, key=lambda alert: alert.first_seen))


def recovering(view: NowView) -> tuple[Alert, ...]:
    """Return the alerts that look healed but are not proven so yet."""
    return tuple(alert for alert in view.alerts if alert.state is AlertState.RECOVERING)


def blind(view: NowView | Unread, account: str | None = None) -> bool:
    """Say whether what is shown of an account (None: of any) is old: nothing of it then may be green."""
    if isinstance(view, Unread):
        return True
    accounts = accounts_of(view) if account is None else (account,)
    return not accounts or any(
        heartbeat_state_of(view, each) is not HeartbeatState.ALIVE for each in accounts
    )


def judge(view: NowView | Unread) -> Verdict:
    """Return the sentence for what was read."""
    if isinstance(view, Unread):
        return Verdict(Level.BLIND, "Trueup is blind: its own database could not be read.", view.message, 0)
    return _asleep(view) or _alarmed(view) or _unsure(view) or _well(view)


def _asleep(view: NowView) -> Verdict | None:
    accounts = accounts_of(view)
    if not accounts and view.hidden:
        text = "Whoever runs Trueup says which groups of accounts you may see."
        return Verdict(Level.BLIND, "None of the accounts here is shown to you.", text, 0)
    asleep = [account for account in accounts if blind(view, account)]
    if accounts and not asleep:
        return None
    waiting = needing(view)
    everywhere = len(asleep) == len(accounts)
    why, text = _silence(view, asleep, everywhere=everywhere)
    where = "" if everywhere else f" on {' and '.join(asleep)}"
    unseen = tuple(alert for alert in waiting if everywhere or blind(view, alert.key.account))
    seen = tuple(alert for alert in waiting if alert not in unseen)
    if unseen:
        text = f"{text} When it last looked, {_those(unseen, past=True)}."
    if seen:
        text = f"{text} Of what is seen, {_those(seen)}: {_clauses(seen, view)}"
    return Verdict(Level.BLIND, f"Trueup is blind{where}: {why}.", text, len(waiting))


def _silence(view: NowView, asleep: list[str], *, everywhere: bool) -> tuple[str, str]:
    """Return why nobody looks, by the worst of the accounts that nobody looks at, and what that means."""
    now = view.read_at
    beats = [heartbeat_of(view, account) for account in asleep]
    worst = max(beats, key=lambda beat: _RANK.index(beat.state(now)), default=None)
    old = "What you see below is old." if everywhere else "What you see of it is old; the rest is watched."
    if worst is None or worst.at is None:
        if everywhere:
            return "the reconciler has never run here", "Nothing has been checked yet."
        return "the reconciler has never looked there", "Nothing of it has been checked yet."
    if worst.stopped:
        return f"the reconciler was stopped {words.ago(worst.at, now)}", old
    if worst.at > now:
        return "the reconciler's last sign of life lies in the future, so a clock is wrong", old
    return f"the reconciler has been silent for {words.duration(now - worst.at)}", old


def _alarmed(view: NowView) -> Verdict | None:
    open_now = needing(view)
    if not open_now:
        return None
    critical = any(alert.severity is Severity.CRITICAL for alert in open_now)
    worst = open_now[0]
    return Verdict(
        Level.CRITICAL if critical else Level.WARNING,
        f"{_those(open_now)}{risked(view)}",
        " ".join(_unreadable(view)),
        len(open_now),
        worst=alert_words.placed(worst, view.read_at),
        first=steps_for(worst)[0],
        aside=with_whom(view, acknowledged(view)),
        alert=worst.id,
    )


def _unreadable(view: NowView) -> list[str]:
    """Tell of stored rows that cannot be read: what stood in them may need somebody, too."""
    if not view.unreadable:
        return []
    left = len(view.unreadable) - 1
    more = f", and {left} more" if left else ""
    return [f"{view.unreadable[0]}{more}: restore the database from a backup."]


def _clauses(alerts: tuple[Alert, ...], view: NowView) -> str:
    told = "; ".join(alert_words.clause(alert, view.read_at) for alert in alerts[:NAMED])
    left = len(alerts) - NAMED
    return f"{told}; and {left} more." if left > 0 else f"{told}."


def _those(alerts: tuple[Alert, ...], *, past: bool = False) -> str:
    legs = {(a.key.account, a.key.symbol, a.key.leg) for a in alerts if not is_blindness(a.key.kind)}
    unseen = sum(1 for alert in alerts if is_blindness(alert.key.kind))
    spoken = [words.count(len(legs), "position")] if legs else []
    if unseen:
        spoken.append(words.count(unseen, "blind spot"))
    need = "needed" if past else "need" if len(legs) + unseen > 1 else "needs"
    return f"{' and '.join(spoken)} {need} you"


def _unsure(view: NowView) -> Verdict | None:
    doubts = _doubts(view)
    handled = [*acknowledged(view), *quieted(view), *recovering(view)]
    if handled:
        told = "; ".join(alert_words.clause(alert, view.read_at) for alert in handled[:NAMED])
        more = f"; and {len(handled) - NAMED} more" if len(handled) > NAMED else ""
        return Verdict(
            Level.WARNING,
            still(view, acknowledged(view)),
            " ".join([f"{told}{more}.", *doubts]),
            0,
            aside=with_whom(view, acknowledged(view)),
        )
    if doubts:
        return Verdict(Level.WARNING, "No alert, but not all is seen:", " ".join(doubts), 0)
    return None


def _doubts(view: NowView) -> list[str]:
    now = view.read_at
    if not view.cycles:
        return [*_unreadable(view), "No sweep has finished yet, so nothing has been checked."]
    unswept = [account for account in accounts_of(view) if cycle_of(view, account) is None]
    doubts = [*_unreadable(view), *(f"No sweep of {account} has finished yet." for account in unswept)]
    for cycle in view.cycles:
        if cycle.status != "complete":
            problem = f": {cycle.problems[0]}" if cycle.problems else ""
            doubts.append(f"The last sweep of {cycle.account} was {cycle.status}{problem}.")
        elif is_old(cycle, view):
            doubts.append(f"{cycle.account} was last swept {words.ago(cycle.finished_at, now)}.")
    for source in view.sources:
        what = f"{source.account}, {sight(source.source)}"
        if source.state not in SEEING:
            why = f": {source.detail.rstrip('.')}" if source.state == "waiting" else ""
            doubts.append(f"{what}: {source.state}{why}.")
        elif is_unheard(source, view):
            doubts.append(f"{what}: nothing written for {words.duration(now - source.at)}.")
    return doubts


def _covered(view: NowView) -> str:
    """Say how many a stop covers, and who keeps the others; nothing where that was not told."""
    stops = view.legs.stops
    by_exchange, by_bot = stops.get("resting", 0), stops.get("software", 0)
    if not by_exchange + by_bot:
        return ""
    told = f"A stop rests for {by_exchange}" if by_exchange else "No stop rests at an exchange"
    bots = f"; the bots themselves keep the stop of {by_bot}" if by_bot else ""
    return f"{told}{bots}."


def _well(view: NowView) -> Verdict:
    matched = sum(cycle.matched for cycle in view.cycles)
    legs = sum(cycle.legs for cycle in view.cycles)
    age = words.ago(min(cycle.finished_at for cycle in view.cycles), view.read_at)
    if legs == 0:
        return Verdict(Level.WELL, "No positions:", f"both sides were read whole and hold none, {age}.", 0)
    flying = sum(cycle.in_flight for cycle in view.cycles)
    if matched == legs:
        lead = "1 position verified" if legs == 1 else f"All {legs} positions verified"
        return Verdict(Level.WELL, f"{lead} {age}", _covered(view), 0)
    lead = f"{matched} of {words.count(legs, 'position')} verified"
    told = f"{words.count(flying, 'is', 'are')} in flight, explained by the bot's own orders and within time"
    rest = legs - matched - flying
    if rest == 0:
        why = f"explained by the bot's own orders and within time, {age}."
        return Verdict(Level.WELL, f"{lead}, {flying:,} in flight:", why, 0)
    doubted = f"{words.count(rest, 'is', 'are')} in motion and being checked"
    text = f"{told}; {doubted}, {age}." if flying else f"{doubted}, {age}."
    return Verdict(Level.WARNING, f"{lead}:", text, 0)
