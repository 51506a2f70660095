"""An alert as screens and the command line are given it: itself, its history, what to do."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet
from reconciler.facts.finding import Evidence, Severity
from reconciler.facts.message import MessageView
from reconciler.facts.silence import Silence


@dataclass(frozen=True, slots=True)
class TransitionView:
    """One change in the life of an alert.

    Attributes:
        at: Aware UTC.
        before: None for the first; `after`: the state it led to.
        action: What happened: found, confirmed, worsened, acknowledged, expired, clear, recovered, ...
        actor: Who or what did it, a person's name or `trueup`; `origin`: from where, reconciler, cli, ...
        reason: Why, one plain sentence; a person's note where a person did it.
        severity: The severity then.
        evidence: What the change rested on.
    """

    at: datetime
    before: AlertState | None
    after: AlertState
    action: str
    actor: str
    origin: str
    reason: str
    severity: Severity
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangesView:
    """How far the history of all alerts has come.

    Attributes:
        newest: The number of the newest change; 0 before the first.
        shown: True when a change since the last question is of an alert that people are told of.
    """

    newest: int
    shown: bool


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert, its history, and what a person can do.

    Attributes:
        alert: The alert.
        transitions: Its history, oldest first.
        steps: What to do about it, the most urgent first.
        messages: The messages that told of it, oldest first.
        quiet: By what it is quiet; None where it is not.
        silenced: Who has silenced it in the Alertmanager; None for nobody.
    """

    alert: Alert
    transitions: tuple[TransitionView, ...]
    steps: tuple[str, ...]
    messages: tuple[MessageView, ...] = ()
    quiet: Quiet | None = None
    silenced: Silence | None = None
