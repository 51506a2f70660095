"""The list of alerts: a row a person reads, and the same as raw values for a file. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard.escape import plain
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from dashboard.words.sentences import moment
from dashboard.words.sides import amount
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet
from reconciler.alerts.wording import told
from reconciler.facts.finding import Severity
from reconciler.kinds.registry import is_blindness

TONES = {Severity.CRITICAL: "critical", Severity.WARNING: "warning", Severity.INFO: "moving"}
SIGNS = {Severity.CRITICAL: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
_LONGEST = 300


def row(alert: Alert, quiet: Quiet | None, now: datetime) -> dict[str, Any]:
    """Return one row as the browser draws it: text only, each name in it shortened by itself."""
    open_ = alert.state.open
    taken = alert.acknowledgement or alert.held(now)
    return {
        "id": alert.id,
        "tone": TONES[alert.severity] if open_ else "dim",
        "sign": "visibility_off" if is_blindness(alert.key.kind) else SIGNS[alert.severity],
        "severity": alert_words.SEVERITY_WORD[alert.severity],
        "state": alert_words.state(alert, quiet),
        "about": plain(alert_words.subject(alert), _LONGEST),
        "held": plain(_held(alert), _LONGEST),
        "what": plain(told(alert).title, _LONGEST),
        "exposure": "" if is_blindness(alert.key.kind) else alert_words.exposure(alert),
        "since": moment(alert.first_seen, now).removesuffix(" UTC"),
        "lasted": words.duration((alert.resolved_at or now) - alert.first_seen) if not open_ else "",
        "account": plain(words.shortened(alert.key.account), _LONGEST),
        "by": "" if taken is None else plain(words.shortened(taken.by), _LONGEST),
        "choosable": open_ and alert.state is not AlertState.PENDING,
    }


def _held(alert: Alert) -> str:
    signed = alert.observed or alert.expected
    if is_blindness(alert.key.kind) or not signed:
        return ""
    return f"{'long' if signed > 0 else 'short'} {amount(signed, alert)}"


_COLUMNS = (
    "id",
    "kind",
    "account",
    "symbol",
    "leg",
    "state",
    "severity",
    "expected_contracts",
    "observed_contracts",
    "contract_size",
    "exposure_quote",
    "first_seen",
    "fired_at",
    "last_seen",
    "resolved_at",
    "acknowledged_by",
    "acknowledged_until",
    "note",
    "reason",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(alerts: Sequence[Alert]) -> str:
    """Return them as a file of raw values: exact numbers, times in ISO 8601."""
    file = io.StringIO()
    writer = csv.DictWriter(file, _COLUMNS)
    writer.writeheader()
    writer.writerows(map(_raw, alerts))
    return file.getvalue()


def _raw(alert: Alert) -> Mapping[str, object]:
    given = alert.acknowledgement or alert.hold
    key = alert.key
    return {
        "id": alert.id,
        "kind": key.kind.value,
        "account": _inert(key.account),
        "symbol": _inert(key.symbol),
        "leg": key.leg.value,
        "state": alert.state.value,
        "severity": alert.severity.value,
        "expected_contracts": alert.expected,
        "observed_contracts": alert.observed,
        "contract_size": alert.contract_size,
        "exposure_quote": alert.exposure,
        "first_seen": alert.first_seen.isoformat(),
        "fired_at": _iso(alert.fired_at),
        "last_seen": alert.last_seen.isoformat(),
        "resolved_at": _iso(alert.resolved_at),
        "acknowledged_by": "" if given is None else _inert(given.by),
        "acknowledged_until": "" if given is None else _iso(given.until),
        "note": "" if given is None else _inert(given.note),
        "reason": _inert(alert.reason),
    }


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


def _inert(text: str) -> str:
    """Return what others wrote so that a spreadsheet takes it for words, and not for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
