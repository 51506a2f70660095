"""What Prometheus is told, from memory. What is not known is absent: never zero, never what it was before."""

from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from reconciler.account.known import Known
from reconciler.account.memory.lag_counts import BOUNDS, LagCount
from reconciler.alerts.alert import AlertState
from reconciler.facts.attribution import By
from reconciler.facts.finding import Severity
from reconciler.kinds.registry import SPECS
from reconciler.serve.endpoint import House
from reconciler.serve.gate import ALERTS_SECONDS, believed_for
from reconciler.serve.watching import Watching
from verification.facts.clock import Moment

KIND = "text/plain; version=0.0.4; charset=utf-8"

KEPT_SECONDS = 1.0
"""How long an answer is given again: who asks without end does not keep the process busy."""

VERDICTS = ("agree", "dust", "in flight", "differs", "unknown")
STATES = (AlertState.PENDING, AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RECOVERING)


class Metrics:
    """The page of metrics."""

    def __init__(self, house: House, version: str) -> None:
        """`version` is that of this Trueup."""
        self._house = house
        self._registry = CollectorRegistry()
        self._registry.register(Figures(house, version))
        ProcessCollector(registry=self._registry)
        self._made_at: float | None = None
        self._page = b""

    def page(self) -> tuple[bytes, str]:
        """Return the page and its type."""
        now = self._house.clock.now().monotonic
        if self._made_at is None or now - self._made_at >= KEPT_SECONDS:
            self._page, self._made_at = generate_latest(self._registry), now
        return self._page, KIND


class Figures(Collector):
    """Trueup's own figures, of the accounts that this process watches."""

    def __init__(self, house: House, version: str) -> None:
        """Nothing is read before it is asked for."""
        self._house = house
        self._version = version

    @override
    def collect(self) -> Iterator[Metric]:
        now = self._house.clock.now()
        every = [watching() for _, watching in sorted(self._house.accounts.items())]
        watched = [(each, each.known) for each in every if each.known is not None]
        build = GaugeMetricFamily("trueup_build_info", "This Trueup.", labels=["version"])
        build.add_metric([self._version], 1)
        yield build
        yield _watched(every)
        yield _legs(watched, now)
        yield _source_age(watched, now)
        yield _swept(watched)
        yield from _unprotected(watched, now)
        yield _lags(watched)
        yield from _changes(watched)
        yield _used({each.account for each in every}, self._house.used())
        yield from self._alerts({each.account for each, _ in watched}, now)
        owed = self._house.owed()
        if owed is not None:
            told = "For how long the oldest message that is owed to people waits; 0 for none."
            yield GaugeMetricFamily("trueup_outbox_oldest_seconds", told, value=owed)
        if self._house.ping_failing is not None:
            told = "For how long no outward ping was taken; 0 when the last one was."
            yield GaugeMetricFamily("trueup_ping_failing_seconds", told, value=self._house.ping_failing())

    def _alerts(self, accounts: set[str], now: Moment) -> Iterator[Metric]:
        told = self._house.alerts
        if not accounts or told.read_at is None or now.monotonic - told.read_at.monotonic > ALERTS_SECONDS:
            return
        counts = Counter(
            (alert.key.kind.value, alert.severity.value, alert.state.value)
            for alert in told.alerts
            if alert.key.account in accounts
        )
        metric = GaugeMetricFamily(
            "trueup_alerts", "Open alerts, by what they are.", labels=["kind", "severity", "state"]
        )
        # That none fires is known here, and a rule wants to see it: for each kind, and for what is worst.
        none = {
            (spec.kind.value, severity.value, AlertState.FIRING.value)
            for spec in SPECS
            for severity in (Severity.WARNING, Severity.CRITICAL)
        }
        for labels in sorted(none | counts.keys()):
            metric.add_metric(labels, counts[labels])
        yield metric


_Watched = list[tuple[Watching, Known]]


def _watched(every: list[Watching]) -> Metric:
    metric = GaugeMetricFamily(
        "trueup_account_watched", "1 where this process watches the account, 0 where not.", labels=["account"]
    )
    for each in every:
        metric.add_metric([each.account], float(each.known is not None))
    return metric


def _legs(watched: _Watched, now: Moment) -> Metric:
    metric = GaugeMetricFamily(
        "trueup_position_legs", "Legs, by how ledger and venue compare.", labels=["account", "state"]
    )
    for watching, known in watched:
        if _seen_lately(watching, known, now):
            counts = Counter(leg.verdict for leg in known.legs)
            for verdict in VERDICTS:
                metric.add_metric([watching.account, verdict.replace(" ", "_")], counts[verdict])
    return metric


def _seen_lately(watching: Watching, known: Known, now: Moment) -> bool:
    """Return whether what was compared says something of now: what a blind look left behind does not."""
    swept = known.swept
    if swept is None or swept.cycle.status == "blind":
        return False
    return now.monotonic - swept.at.monotonic <= believed_for(watching.interval).total_seconds()


def _source_age(watched: _Watched, now: Moment) -> Metric:
    metric = GaugeMetricFamily(
        "trueup_source_age_seconds",
        "How long ago a source was last known good.",
        labels=["account", "source"],
    )
    for watching, known in watched:
        for source in known.sources:
            if source.last_ok is not None:
                age = (now.utc - source.last_ok).total_seconds()
                metric.add_metric([watching.account, source.source], max(0.0, age))
    return metric


def _swept(watched: _Watched) -> Metric:
    metric = GaugeMetricFamily(
        "trueup_sweep_completed_timestamp_seconds",
        "When a look last saw everything of the account, Unix time.",
        labels=["account"],
    )
    for watching, known in watched:
        whole = None if known.swept is None else known.swept.cycle.last_complete_at
        if whole is not None:
            metric.add_metric([watching.account], whole.timestamp())
    return metric


def _unprotected(watched: _Watched, now: Moment) -> Iterator[Metric]:
    dollars = CounterMetricFamily(
        "trueup_unprotected_dollar_seconds",
        "Quote value of open legs without a covering stop, times the seconds that it stood so.",
        labels=["account"],
    )
    unknown = CounterMetricFamily(
        "trueup_unprotected_unknown_seconds",
        "Seconds for which it is not known what stood without a stop.",
        labels=["account"],
    )
    for watching, known in watched:
        if known.swept is not None:
            of_dollars, of_unknown = known.swept.unprotected_until(now)
            dollars.add_metric([watching.account], of_dollars)
            unknown.add_metric([watching.account], of_unknown)
    yield dollars
    yield unknown


def _changes(watched: _Watched) -> Iterator[Metric]:
    ratio = GaugeMetricFamily(
        "trueup_explained_ratio",
        "The part of the changes of legs of the last seven days that is explained.",
        labels=["account"],
    )
    counts = GaugeMetricFamily(
        "trueup_changes",
        "Changes of legs of the last seven days, by who made them.",
        labels=["account", "by"],
    )
    for watching, known in watched:
        told = known.explained
        if told is None or told.since is None:
            continue
        if told.ratio is not None:
            ratio.add_metric([watching.account], told.ratio)
        for by in By:
            counts.add_metric([watching.account, by.value.replace(" ", "_")], told.counts.get(by, 0))
    yield ratio
    yield counts


def _lags(watched: _Watched) -> Metric:
    metric = HistogramMetricFamily(
        "trueup_visibility_lag_seconds",
        "From a fill to the first moment a source showed it.",
        labels=["account", "source"],
    )
    for watching, known in watched:
        for source, count in sorted(known.lags.items()):
            metric.add_metric([watching.account, source.value], _cumulative(count), count.total)
    return metric


def _cumulative(count: LagCount) -> list[tuple[str, float]]:
    bounds = [*map(str, BOUNDS), "+Inf"]
    return [(bound, float(sum(count.buckets[: place + 1]))) for place, bound in enumerate(bounds)]


def _used(accounts: set[str], used: Mapping[str, float]) -> Metric:
    metric = GaugeMetricFamily(
        "trueup_venue_weight_used_ratio",
        "The part of the request limit of the account's venue and address that is used, by all on it.",
        labels=["account"],
    )
    for account, ratio in sorted(used.items()):
        if account in accounts:
            metric.add_metric([account], ratio)
    return metric
