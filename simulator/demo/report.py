"""What the headless demo prints at the end: alerts, verifications and latency, as one JSON object."""

from datetime import datetime, timedelta
from typing import Any

from reconciler.alerts.alert import AlertState
from reconciler.console import Console

PERIOD = timedelta(hours=1)
BUCKET = timedelta(minutes=5)
PAGE = 500


def report(console: Console) -> dict[str, Any]:
    """Return all that happened in the demo.

    `alerts` and `verifications` in the order in which they came; `latency` is the visibility lag by source.
    """
    queries = console.queries
    told = frozenset(AlertState) - {AlertState.PENDING}
    alerts = [alert for alert in queries.alerts(states=told, limit=PAGE) if alert.fired_at is not None]
    verifications = queries.verifications(limit=PAGE)
    latency = queries.latency(PERIOD, BUCKET)
    return {
        "alerts": [
            {
                "kind": str(alert.key.kind),
                "symbol": alert.key.symbol,
                "leg": str(alert.key.leg),
                "severity": str(alert.severity),
                "state": str(alert.state),
                "fired_at": _time(alert.fired_at),
                "resolved_at": _time(alert.resolved_at),
                "reason": alert.reason,
            }
            for alert in sorted(alerts, key=lambda alert: alert.id)
        ],
        "verifications": [
            {
                "question": view.question,
                "symbol": view.symbol,
                "verdict": view.verdict,
                "grade": view.grade or None,
                "mismatch": view.mismatch or None,
                "decided_by": None if view.decided_by is None else str(view.decided_by),
                "milliseconds": round(view.milliseconds, 1),
                "asked_by": view.asked_by,
                "asked_at": _time(view.asked_at),
            }
            for view in sorted(verifications, key=lambda view: view.asked_at)
        ],
        "latency": {
            str(view.source): {
                "count": view.total.count,
                "p50_ms": round(view.total.p50_ms, 1),
                "p99_ms": round(view.total.p99_ms, 1),
            }
            for view in latency
            if view.measure == "visibility_lag" and view.total is not None
        },
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
