"""What an Alertmanager is told: each open alert again and again, and what is over among those it holds; pure.

All follows from what is open and from what it holds itself: a crash on either side loses nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.runbook import steps_for
from reconciler.alerts.wording import clause, subject
from reconciler.facts.wording import holding, value
from reconciler.kinds.registry import is_blindness
from reconciler.notify.text import printable

HOLD: Final = timedelta(days=3)
"""How long it holds an alert of which it hears nothing more: a dead Trueup has shown nothing to be over, and
a weekend passes before it is called resolved. The rules' Watchdog tells of the death itself."""

PAST: Final = timedelta(minutes=1)
"""An end that is in the future by its clock is none to it: ours may be ahead."""

_LONGEST = 1000

Told = dict[str, Any]


def posted(
    alerts: Iterable[Alert],
    held: Iterable[Mapping[str, Any]],
    *,
    ours: Collection[str],
    quiet: Collection[int],
    name: str,
    now: datetime,
    link: str,
) -> list[Told]:
    """Return what is posted: what is open, and the end of what it holds of ours and is open no more.

    Args:
        alerts: Every open alert.
        held: What it holds with our name, as its API lists it.
        ours: The accounts whose word is ours.
        quiet: Numbers of alerts that are quiet: such a one is not begun there, and one that is there stays.
        name: What we call ourselves there.
        now: Aware UTC.
        link: Where the screens are, without a stroke at the end.
    """
    known = {_mark(each["labels"]): each for each in held if each["labels"].get("account") in ours}
    told: list[Told] = []
    for alert in alerts:
        if alert.state is AlertState.PENDING or alert.key.account not in ours:
            continue
        one = _told(alert, name, now, link)
        if known.pop(_mark(one["labels"]), None) is None and alert.id in quiet:
            continue
        told.append(one)
    return [*told, *(_over(each, now) for each in known.values())]


def _told(alert: Alert, name: str, now: datetime, link: str) -> Told:
    key = alert.key
    since = alert.fired_at or alert.first_seen
    return {
        "labels": {
            "alertname": "Trueup" + "".join(part.capitalize() for part in key.kind.value.split("_")),
            "trueup": name,
            "account": key.account,
            "kind": key.kind.value,
            "symbol": key.symbol,
            "side": key.leg.value,
            "severity": alert.severity.value,
            "alert": str(alert.id),
        },
        "annotations": dict(_annotations(alert, link)),
        "startsAt": min(since, now).isoformat(),
        "endsAt": (now + HOLD).isoformat(),
        "generatorURL": f"{link}/alert?id={alert.id}",
    }


def _annotations(alert: Alert, link: str) -> Iterable[tuple[str, str]]:
    key = alert.key
    yield "summary", _cut(f"{clause(alert, subject(alert))} (account {key.account})")
    yield "description", _cut(alert.reason)
    yield "runbook", _cut(" ".join(steps_for(alert)))
    yield "runbook_url", f"{link}/alert?id={alert.id}"
    if not is_blindness(key.kind):
        size = alert.observed or alert.expected
        if size is not None:
            yield "position", holding(size, key.symbol, alert.contract_size)
        if alert.exposure is not None:
            yield "exposure", value(alert.exposure, key.symbol)
    given = alert.acknowledgement
    if given is not None:
        yield "acknowledged", _cut(f"by {given.by} until {given.until:%Y-%m-%d %H:%M} UTC: {given.note}")
    if alert.frozen_since is not None:
        yield "frozen", f"cannot be checked since {alert.frozen_since:%Y-%m-%d %H:%M:%S} UTC"


def _over(held: Mapping[str, Any], now: datetime) -> Told:
    return {
        "labels": held["labels"],
        "annotations": held.get("annotations", {}),
        "startsAt": held["startsAt"],
        "endsAt": max(datetime.fromisoformat(held["startsAt"]), now - PAST).isoformat(),
        "generatorURL": held.get("generatorURL", ""),
    }


def _mark(labels: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(labels.items())


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
