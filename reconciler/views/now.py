"""All that the first page and the strip on every page show, from one read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.alerts.alert import Alert
from reconciler.alerts.quiet import Quiet, Window
from reconciler.facts.heartbeat import WatchView
from reconciler.facts.message import ChannelView
from reconciler.views.account import CycleView, LegsView, SourceView
from reconciler.views.today import TodayView
from verification.facts.observation import Source


@dataclass(frozen=True, slots=True)
class NowView:
    """Everything the first page and the strip on every page need, from one consistent read.

    Attributes:
        read_at: Aware UTC; ages are counted from it.
        watches: Who watches each account, by its name.
        cycles: The last sweep of each account.
        sources: The state of each source.
        alerts: Open alerts but pending ones, worst first.
        resolved: The latest that are over, resolved or retired, newest first (a few).
        p95_ms: 95th percentile of visibility lag by source over the last hour, milliseconds.
        unreadable: A line for each stored row of these that cannot be read, and is missing in them.
        channels: How the channels fare on which people are told, by their names.
        quiet: By what an open alert is quiet, by its number; the others are not.
        windows: The maintenance windows that are open.
        legs: All legs at one glance.
        today: What has come to pass since midnight; None where it was not asked for.
        hidden: How many accounts there are beside these that whoever asks may not see.
    """

    read_at: datetime
    watches: tuple[WatchView, ...]
    cycles: tuple[CycleView, ...]
    sources: tuple[SourceView, ...]
    alerts: tuple[Alert, ...]
    resolved: tuple[Alert, ...]
    p95_ms: dict[Source, float]
    unreadable: tuple[str, ...] = ()
    channels: tuple[ChannelView, ...] = ()
    quiet: Mapping[int, Quiet] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    legs: LegsView = field(default_factory=LegsView)
    today: TodayView | None = None
    hidden: int = 0
