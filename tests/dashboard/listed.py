"""The list of alerts as a console in memory finds it: by going through them one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reconciler.alerts.alert import Alert
from reconciler.views.alert_list import AlertFilter, Facets


def fits(alert: Alert, wanted: AlertFilter) -> bool:
    ended, text = alert.resolved_at, wanted.text.strip().lower()
    return (
        (not wanted.states or alert.state in wanted.states)
        and (not wanted.severities or alert.severity in wanted.severities)
        and (not wanted.kinds or alert.key.kind in wanted.kinds)
        and (not wanted.accounts or alert.key.account in wanted.accounts)
        and (not text or text in f"{alert.key.symbol} {alert.key.account} {alert.reason}".lower())
        and (wanted.since is None or ended is None or ended >= wanted.since)
        and (wanted.until is None or alert.first_seen <= wanted.until)
    )


def facets(alerts: Sequence[Alert], wanted: AlertFilter) -> Facets:
    def those(**without: frozenset[str]) -> list[Alert]:
        return [each for each in alerts if fits(each, replace(wanted, **without))]  # type: ignore[arg-type] # empty

    nothing: frozenset[str] = frozenset()
    return Facets(
        states=Counter(each.state for each in those(states=nothing)),
        severities=Counter(each.severity for each in those(severities=nothing)),
        kinds=Counter(each.key.kind for each in those(kinds=nothing)),
        accounts=Counter(each.key.account for each in those(accounts=nothing)),
    )
