"""Holds what Trueup tells against what was done to the world, while it happens and at the end."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reconciler.alerts.alert import Alert, AlertState
from reconciler.views.alert import AlertView, TransitionView
from tests.torture.legs import CONTROL, MISMATCH, ORPHAN, PHANTOM, UNPROTECTED, Episode

DIFFERENT = ORPHAN | UNPROTECTED | PHANTOM | MISMATCH | {"side_mismatch", "duplicate_rows"}
"""Kinds that say "they differ": of a leg that always agreed such a word is false, whatever befell us."""

CLOCK = "clock_skew"
"""The machine's clock may be left wrong, and the venue's never is: that lasts then, and is told truly."""

ONCE = frozenset({"NEW", "RESOLVED", "OVER BY NOW"})
"""What is told of an alert once, if nobody dies."""


def _ends_an_acknowledgement(step: TransitionView) -> bool:
    if step.action == "relapsed":
        return "acknowledgement has run out" in step.reason
    return step.action in {"acknowledged", "worsened", "acknowledgement_expired"}


@dataclass(frozen=True, slots=True)
class Promise:
    """A person was told that their acknowledgement is durable."""

    alert: int
    by: str
    note: str


@dataclass(slots=True)
class Witness:
    """What was seen so far.

    Attributes:
        wrong: Broken promises, one line each, each once.
        promises: Acknowledgements that were answered "durable".
        told: Numbers of the conditions of which an open alert was seen.
        alerts: Numbers of all alerts that people were told of.
        resolved: Numbers of those that were seen resolved.
    """

    wrong: list[str] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    alerts: set[int] = field(default_factory=set)
    resolved: set[int] = field(default_factory=set)
    _of: dict[int, Episode | None] = field(default_factory=dict)
    _fresh: set[int] = field(default_factory=set)
    _kinds: dict[str, set[str]] = field(default_factory=dict)

    def look(self, alerts: Sequence[Alert], lasting: Iterable[Episode]) -> None:
        """See all alerts of one moment, and the conditions that last at it."""
        now = {episode.symbol: episode for episode in lasting}
        for episode in now.values():
            self._kinds.setdefault(episode.symbol, set()).update(episode.kinds)
        seen = [alert for alert in alerts if alert.fired_at is not None]
        self.alerts |= {alert.id for alert in seen}
        for key, count in Counter(alert.key for alert in seen if alert.state.open).items():
            if count > 1:
                self._complain(f"{count} open alerts of one condition: {key.kind} of {key.symbol}")
        for alert in seen:
            if alert.state.open:
                self._open(alert, now.get(alert.key.symbol))
            else:
                self._over(alert)
        speaking = {alert.key.symbol for alert in alerts if alert.state.open}
        self._fresh |= {each.number for each in now.values() if each.symbol not in speaking}

    def settled(
        self, alerts: Sequence[Alert], lasting: Sequence[Episode], quiet: Mapping[str, bool]
    ) -> list[str]:
        """Return what is not yet as it must be once everything rests.

        Args:
            alerts: All of them.
            lasting: The conditions that last: each has exactly one open alert, and no other alert is open.
            quiet: Legs of the bot that trades by itself: True where it left nothing, so that nothing is told.
        """
        told = [alert for alert in alerts if alert.state.open and alert.state is not AlertState.PENDING]
        told = [alert for alert in told if str(alert.key.kind) != CLOCK]
        lines, right = [], set[int]()
        for episode in lasting:
            mine = [a for a in told if a.key.symbol == episode.symbol and str(a.key.kind) in episode.kinds]
            right |= {alert.id for alert in mine}
            if len(mine) != 1:
                lines.append(f"{len(mine)} open alerts of a lasting condition: {_called(episode)}")
        for symbol, nothing_left in quiet.items():
            mine = [alert for alert in told if alert.key.symbol == symbol]
            if not nothing_left:
                right |= {alert.id for alert in mine}
                if not mine:
                    lines.append(f"{symbol}: the bot left something there, and nobody is told")
        for alert in told:
            if alert.id not in right:
                lines.append(f"open without its condition: {alert.key.kind} of {alert.key.symbol}")
            elif alert.state is AlertState.RECOVERING:
                lines.append(f"called recovering while it lasts: {alert.key.kind} of {alert.key.symbol}")
        return lines

    def judge(self, histories: Mapping[int, AlertView]) -> None:
        """Hold every promise and every history against what is stored at the end."""
        for number, view in histories.items():
            steps = view.transitions
            whole = bool(steps) and steps[0].before is None and steps[-1].after is view.alert.state
            if not whole or any(after.before is not before.after for before, after in pairwise(steps)):
                self._complain(f"the history of alert {number} has a hole")
        for promise in self.promises:
            self._kept(promise, histories.get(promise.alert))

    def judge_messages(self, told: Mapping[tuple[int, str], int], counts: Mapping[str, int]) -> None:
        """Hold what came in messages against how often a process died between sending and marking."""
        deaths = counts["kills"] + 2 * counts["cuts"] + counts["rivals"]
        for (number, head), times in told.items():
            if head in ONCE and times > 1 + deaths:
                self._complain(f"{head} of alert {number} came {times} times, after {deaths} deaths")

    def lost(self) -> int:
        """Return how many promises to a person were lost."""
        return sum(line.startswith("lost") for line in self.wrong)

    def _open(self, alert: Alert, episode: Episode | None) -> None:
        kind, symbol = str(alert.key.kind), alert.key.symbol
        if kind not in DIFFERENT:
            return
        if symbol == CONTROL or (symbol in self._kinds and kind not in self._kinds[symbol]):
            self._complain(f"told of a leg that never was so: {kind} of {symbol}")
        if episode is None or kind not in episode.kinds:
            return
        self.told.add(episode.number)
        if alert.id not in self._of:
            # Of an alert that was open before its condition was planted nothing can be said.
            self._of[alert.id] = episode if episode.number in self._fresh else None

    def _over(self, alert: Alert) -> None:
        if alert.id in self.resolved:
            return
        self.resolved.add(alert.id)
        episode = self._of.get(alert.id)
        if episode is not None and not episode.over:
            self._complain(f"resolved while it lasts: {_called(episode)}")

    def _kept(self, promise: Promise, view: AlertView | None) -> None:
        what = f"{promise.by}'s {promise.note!r} on alert {promise.alert}"
        if view is None:
            self._complain(f"lost: {what}: there is no such alert")
            return
        mine = [
            number
            for number, step in enumerate(view.transitions)
            if (step.action, step.actor, step.reason) == ("acknowledged", promise.by, promise.note)
        ]
        if len(mine) != 1:
            self._complain(f"lost: {what}: it is there {len(mine)} times")
            return
        if not view.alert.state.open or any(map(_ends_an_acknowledgement, view.transitions[mine[0] + 1 :])):
            return
        given = view.alert.acknowledgement
        if given is None or (given.by, given.note) != (promise.by, promise.note):
            self._complain(f"lost: {what}: it is not the one in force")

    def _complain(self, line: str) -> None:
        if line not in self.wrong:
            self.wrong.append(line)


def _called(episode: Episode) -> str:
    return f"{' or '.join(sorted(episode.kinds))} of {episode.symbol} (condition {episode.number})"
