"""The one sentence on top of every page: is anything wrong, what is at risk. Pure.

Green is earned, never assumed: only a live reconciler, whole and recent sweeps of every account, sources that
are all well, and no open alert give it. Whatever cannot be seen comes before whatever was seen last.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard import alert_words, words
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.kind_words import sight
from reconciler.finding import Severity
from reconciler.views import NowView, Pulse

# Older than this a whole sweep says nothing about now, whatever the heartbeat says.
SWEEP_PATIENCE = timedelta(minutes=5)
# A source's state is written every few seconds; one older than this is not news, whatever it said.
SOURCE_PATIENCE = timedelta(minutes=1)
NAMED = 2

# A venue may have no stream at all, or be untried: that is known, said, and no reason for doubt. What is not
# seen of it is told by what could not be read.
SEEING = frozenset({"ok", "unsupported", "untried"})


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the banner says.

    Attributes:
        level: How loud.
        lead: The first words, shown bold.
        text: The rest of the sentence; may be empty.
        count: Alerts that need somebody now.
    """

    level: Level
    lead: str
    text: str
    count: int

    @property
    def sentence(self) -> str:
        """The whole of it, unescaped."""
        return f"{self.lead} {self.text}".strip()


def needing(view: NowView) -> tuple[Alert, ...]:
    """Return the open alerts that nobody has acknowledged, in the order given (worst first)."""
    return tuple(alert for alert in view.alerts if alert.state is AlertState.FIRING)


def acknowledged(view: NowView) -> tuple[Alert, ...]:
    """Return the acknowledged alerts, oldest first: the ones most easily forgotten."""
    seen = [alert for alert in view.alerts if alert.state is AlertState.ACKNOWLEDGED]
    return tuple(sorted(seen, key=lambda alert: alert.first_seen))


def recovering(view: NowView) -> tuple[Alert, ...]:
    """Return the alerts that look healed but are not proven so yet."""
    return tuple(alert for alert in view.alerts if alert.state is AlertState.RECOVERING)


def blind(view: NowView | Unread) -> bool:
    """Say whether what is shown is old: nothing then may be green."""
    return isinstance(view, Unread) or view.heartbeat.pulse(view.read_at) is not Pulse.ALIVE


def judge(view: NowView | Unread) -> Verdict:
    """Return the sentence for what was read."""
    if isinstance(view, Unread):
        return Verdict(Level.BLIND, "Trueup is blind: its own database could not be read.", view.message, 0)
    return _asleep(view) or _alarmed(view) or _unsure(view) or _well(view)


def _asleep(view: NowView) -> Verdict | None:
    beat, now = view.heartbeat, view.read_at
    pulse = beat.pulse(now)
    if pulse is Pulse.ALIVE:
        return None
    waiting = needing(view)
    text = "What you see below is old."
    if pulse is Pulse.NEVER:
        lead, text = "Trueup is blind: the reconciler has never run here.", "Nothing has been checked yet."
    elif pulse is Pulse.STOPPED:
        lead = f"Trueup is blind: the reconciler was stopped {words.ago(beat.at, now)}."
    else:
        lead = _silence(view)
    if waiting:
        text = f"{text} When it last looked, {_those(waiting, past=True)}."
    return Verdict(Level.BLIND, lead, text, len(waiting))


def _silence(view: NowView) -> str:
    at = view.heartbeat.at
    if at is None or at > view.read_at:
        return "Trueup is blind: the reconciler's last sign of life lies in the future, so a clock is wrong."
    return f"Trueup is blind: the reconciler has been silent for {words.duration(view.read_at - at)}."


def _alarmed(view: NowView) -> Verdict | None:
    open_now = needing(view)
    if not open_now:
        return None
    critical = any(alert.severity is Severity.CRITICAL for alert in open_now)
    told = "; ".join(alert_words.clause(alert, view.read_at) for alert in open_now[:NAMED])
    left = len(open_now) - NAMED
    text = f"{told}; and {left} more." if left > 0 else f"{told}."
    return Verdict(Level.CRITICAL if critical else Level.WARNING, f"{_those(open_now)}:", text, len(open_now))


def _those(alerts: tuple[Alert, ...], *, past: bool = False) -> str:
    legs = {(a.key.account, a.key.symbol, a.key.leg) for a in alerts if not a.key.kind.blindness}
    unseen = sum(1 for alert in alerts if alert.key.kind.blindness)
    spoken = [words.count(len(legs), "position")] if legs else []
    if unseen:
        spoken.append(words.count(unseen, "blind spot"))
    need = "needed" if past else "need" if len(legs) + unseen > 1 else "needs"
    return f"{' and '.join(spoken)} {need} you"


def _unsure(view: NowView) -> Verdict | None:
    doubts = _doubts(view)
    handled = [*acknowledged(view), *recovering(view)]
    if handled:
        told = "; ".join(alert_words.clause(alert, view.read_at) for alert in handled[:NAMED])
        more = f"; and {len(handled) - NAMED} more" if len(handled) > NAMED else ""
        lead = f"Nothing new, and {words.count(len(handled), 'alert')} not over yet:"
        return Verdict(Level.WARNING, lead, " ".join([f"{told}{more}.", *doubts]), 0)
    if doubts:
        return Verdict(Level.WARNING, "No alert, but not all is seen:", " ".join(doubts), 0)
    return None


def _doubts(view: NowView) -> list[str]:
    now = view.read_at
    if not view.cycles:
        return ["No sweep has finished yet, so nothing has been checked."]
    doubts = []
    for cycle in view.cycles:
        if cycle.status != "complete":
            problem = f": {cycle.problems[0]}" if cycle.problems else ""
            doubts.append(f"The last sweep of {cycle.account} was {cycle.status}{problem}.")
        elif now - cycle.finished_at > SWEEP_PATIENCE:
            doubts.append(f"{cycle.account} was last swept {words.ago(cycle.finished_at, now)}.")
    for source in view.sources:
        what = f"{source.account}, {sight(source.source)}"
        if source.state not in SEEING:
            doubts.append(f"{what}: {source.state}.")
        elif now - source.at > SOURCE_PATIENCE:
            doubts.append(f"{what}: nothing written for {words.duration(now - source.at)}.")
    return doubts


def _well(view: NowView) -> Verdict:
    matched = sum(cycle.matched for cycle in view.cycles)
    legs = sum(cycle.legs for cycle in view.cycles)
    age = words.ago(min(cycle.finished_at for cycle in view.cycles), view.read_at)
    if legs == 0:
        return Verdict(Level.WELL, "No positions:", f"both sides were read whole and hold none, {age}.", 0)
    flying = sum(cycle.in_flight for cycle in view.cycles)
    if matched == legs:
        lead = "1 position verified" if legs == 1 else f"All {legs} positions verified"
        return Verdict(Level.WELL, lead, f"{age}.", 0)
    lead = f"{matched} of {words.count(legs, 'position')} verified"
    told = f"{words.count(flying, 'is', 'are')} in flight, explained by the bot's own orders and within time"
    rest = legs - matched - flying
    if rest == 0:
        return Verdict(Level.WELL, lead, f"and {told}, {age}.", 0)
    doubted = f"{words.count(rest, 'is', 'are')} in motion and being checked"
    text = f"{told}; {doubted}, {age}." if flying else f"{doubted}, {age}."
    return Verdict(Level.WARNING, f"{lead}:", text, 0)
