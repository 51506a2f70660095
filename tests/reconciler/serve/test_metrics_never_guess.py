"""Prometheus is told what is known; what is not known is absent, and the rules tell of that."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.account.cycle import HELD_TRUE_SECONDS, Swept, swept_after
from reconciler.account.memory.lag_counts import LagCounts
from reconciler.facts.attribution import By
from reconciler.facts.change import Explained
from reconciler.facts.finding import Kind, Severity
from reconciler.serve.watching import Watching
from tests.reconciler.alert_life import NOON, finding
from tests.reconciler.serve.served import INTERVAL, Served, known, served
from tests.reconciler.storage.test_console import cycle, position
from verification.facts.clock import Moment
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

PAGES = Path(__file__).resolve().parents[3] / "docs"
RULES = PAGES / "prometheus" / "rules.yml"
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (Debian: apt install prometheus)"
)

Labels = dict[str, str]


async def told(house: Served) -> dict[str, list[tuple[Labels, float]]]:
    """Return the samples of every metric by their names."""
    await house.clock.sleep(1.05)  # one answer is given again for a second
    reply = await house.ask("/metrics")
    assert reply.status == 200
    found: dict[str, list[tuple[Labels, float]]] = {}
    for family in text_string_to_metric_families(reply.body.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
    return found


def lag(milliseconds: float, measure: Measure = Measure.VISIBILITY_LAG) -> LatencySample:
    return LatencySample("main", Source.REST, measure, NOON, milliseconds)


async def test_what_is_known_is_told(tmp_path: Path) -> None:
    lags = LagCounts()
    for each in (lag(4), lag(200), lag(-3), lag(90_000), lag(1, Measure.REQUEST_TIME)):
        lags.add(each)
    async with served(tmp_path) as house:
        now = house.clock.now()
        legs = (position("AVL/USDT:USDT", "differs"), position("BTC/USDT:USDT", "in flight"))
        house.watching = Watching(
            "main",
            INTERVAL,
            replace(known(now, legs=legs), lags=lags.by_source, explained=changed(now.utc)),
            "",
            now,
        )
        await house.find(finding(severity=Severity.CRITICAL), finding(symbol="B/USDT:USDT"))
        house.owed = 12.5
        metrics = await told(house)

    assert metrics["trueup_build_info"] == [({"version": "1.2.3"}, 1)]
    assert metrics["trueup_account_watched"] == [({"account": "main"}, 1)]
    states = {labels["state"]: value for labels, value in metrics["trueup_position_legs"]}
    assert states == {"agree": 0, "dust": 0, "in_flight": 1, "differs": 1, "unknown": 0}
    fires = {tuple(labels.values()): value for labels, value in metrics["trueup_alerts"] if value}
    assert fires == {
        ("orphaned_position", "critical", "firing"): 1,
        ("orphaned_position", "warning", "firing"): 1,
    }
    assert {labels["kind"] for labels, _ in metrics["trueup_alerts"]} == {kind.value for kind in Kind}
    buckets = {labels["le"]: value for labels, value in metrics["trueup_visibility_lag_seconds_bucket"]}
    assert (buckets["0.005"], buckets["0.25"], buckets["60.0"], buckets["+Inf"]) == (2, 3, 3, 4)
    assert metrics["trueup_visibility_lag_seconds_count"][0][1] == 4
    assert metrics["trueup_visibility_lag_seconds_sum"][0][1] == pytest.approx(90.204)
    assert metrics["trueup_outbox_oldest_seconds"] == [({}, 12.5)]
    assert metrics["trueup_venue_weight_used_ratio"] == [({"account": "main"}, 0.25)]
    assert metrics["trueup_sweep_completed_timestamp_seconds"][0][1] == pytest.approx(now.utc.timestamp() - 1)
    assert {labels["source"] for labels, _ in metrics["trueup_source_age_seconds"]} == {"rest", "websocket"}
    assert metrics["process_resident_memory_bytes"][0][1] > 1e6


ABSENT_BLIND = {"trueup_position_legs", "trueup_sweep_completed_timestamp_seconds"}


async def test_what_is_not_known_is_absent_and_not_zero(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        now, legs = house.clock.now(), (position("AVL/USDT:USDT", "agree"),)
        stories = {
            "blind": known(now, status="blind", legs=legs),
            "not seen yet": replace(known(now, legs=legs), swept=None),
        }
        for story, what in stories.items():
            house.watching = Watching("main", INTERVAL, what, "", now)
            assert not ABSENT_BLIND & (await told(house)).keys(), story
        house.watching = Watching("main", INTERVAL, known(now, age=600, legs=legs), "", now)
        metrics = await told(house)
        assert "trueup_position_legs" not in metrics, "what was seen ten minutes ago is not now"
        assert metrics["trueup_sweep_completed_timestamp_seconds"], "when that was is a fact"
        assert "trueup_outbox_oldest_seconds" not in metrics
        assert "trueup_visibility_lag_seconds_count" not in metrics


async def test_who_does_not_watch_tells_nothing_of_the_account_but_that(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        await house.find(finding())
        house.watching = Watching("main", INTERVAL, None, "held by there 2")
        metrics = await told(house)

    of_account = {
        name for name, samples in metrics.items() if any("account" in labels for labels, _ in samples)
    }
    assert of_account == {"trueup_account_watched", "trueup_venue_weight_used_ratio"}
    assert metrics["trueup_account_watched"][0][1] == 0
    assert "trueup_alerts" not in metrics


async def test_alerts_that_cannot_be_read_are_absent(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        assert "trueup_alerts" in await told(house)
        now = house.clock.now()
        house.alerts.read_at = Moment(now.utc_us - 20_000_000, now.monotonic - 20)
        assert "trueup_alerts" not in await told(house)


def test_what_stood_without_a_stop_adds_up_and_what_nobody_saw_is_counted_apart() -> None:
    def at(seconds: float) -> Moment:
        return Moment.at(NOON + timedelta(seconds=seconds), seconds)

    def seen(value: int | None) -> object:
        return replace(cycle(), unprotected_notional=None if value is None else Decimal(value))

    swept: Swept | None = None
    for seconds, value in ((0, 100), (30, 0), (60, None), (90, 50), (100, 50)):
        swept = swept_after(swept, seen(value), at(seconds))  # type: ignore[arg-type] # a cycle

    assert swept is not None
    assert (swept.dollar_seconds, swept.unknown_seconds) == (100 * 30 + 50 * 10, 30)
    assert swept.unprotected_until(at(110)) == (4000, 30)
    late = swept.unprotected_until(at(100 + HELD_TRUE_SECONDS + 7))
    assert late == (3500 + 50 * HELD_TRUE_SECONDS, 37), "nobody looked for so long that it is not known"


def named(text: str) -> set[str]:
    return set(re.findall(r"\btrueup_[a-z_]+[a-z]", text))


def changed(since: datetime) -> Explained:
    return Explained("main", since, {By.LEDGER: 3, By.NOBODY: 1, By.WAITING: 5})


async def test_what_waits_is_not_in_the_explained_share(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        now = house.clock.now()
        house.watching = Watching("main", INTERVAL, replace(known(now), explained=changed(now.utc)), "", now)
        metrics = await told(house)
    assert metrics["trueup_explained_ratio"] == [({"account": "main"}, 0.75)]
    counts = {labels["by"]: value for labels, value in metrics["trueup_changes"]}
    assert (counts["ledger"], counts["nobody"], counts["not_read"], counts["waiting"]) == (3, 1, 0, 5)


async def test_where_nothing_was_counted_there_is_no_share(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        now = house.clock.now()
        nothing = replace(known(now), explained=Explained("main", None, {}))
        house.watching = Watching("main", INTERVAL, nothing, "", now)
        metrics = await told(house)
    assert not {"trueup_explained_ratio", "trueup_changes"} & metrics.keys()


async def test_rules_dashboard_and_page_name_what_is_told_and_no_other(tmp_path: Path) -> None:
    lags = LagCounts()
    lags.add(lag(4))
    async with served(tmp_path) as house:
        now = house.clock.now()
        legs = (position("AVL/USDT:USDT", "agree"),)
        counted = replace(known(now, legs=legs), lags=lags.by_source, explained=changed(now.utc))
        house.watching = Watching("main", INTERVAL, counted, "", now)
        house.owed = 0.0
        metrics = (await told(house)).keys()
    ours = {name for name in metrics if name.startswith("trueup_")}

    grafana = (PAGES / "prometheus" / "grafana.json").read_text()
    assert named(RULES.read_text()) <= ours
    assert named(grafana) <= ours
    histogram = {f"trueup_visibility_lag_seconds_{part}" for part in ("bucket", "count", "sum")}
    assert named((PAGES / "metrics.md").read_text()) == ours - histogram | {"trueup_visibility_lag_seconds"}
    expressions = [target["expr"] for panel in orjson.loads(grafana)["panels"] for target in panel["targets"]]
    assert len(expressions) > 8


@needs_promtool
def test_the_rules_do_what_they_say() -> None:
    for arguments in (("check", "rules", "rules.yml"), ("test", "rules", "rules_test.yml")):
        done = subprocess.run(
            ["promtool", *arguments], cwd=RULES.parent, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_every_figure_of_the_dashboard_can_be_asked_for(tmp_path: Path) -> None:
    panels = orjson.loads((PAGES / "prometheus" / "grafana.json").read_text())["panels"]
    asked = [target["expr"].replace("$account", ".*") for panel in panels for target in panel["targets"]]
    rules = [{"record": f"figure:number{number}", "expr": each} for number, each in enumerate(asked)]
    page = tmp_path / "figures.yml"
    page.write_bytes(orjson.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(
        ["promtool", "check", "rules", str(page)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(asked)} rules found" in done.stdout


@needs_promtool
async def test_promtool_finds_nothing_wrong_with_the_page(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        house.owed = 1.0
        page = (await house.ask("/metrics")).body
    done = subprocess.run(  # noqa: ASYNC221 - nothing else runs any more
        ["promtool", "check", "metrics"], input=page, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


async def test_metrics_take_a_token_under_any_other_name(tmp_path: Path) -> None:
    async with served(tmp_path) as house:
        reply = await house.ask("/metrics", headers={"Host": "evil.example"})
        assert reply.status == 403
