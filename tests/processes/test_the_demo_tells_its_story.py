"""`trueup demo --headless --json`: the whole story on real processes, and what it says at the end."""

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

INCIDENTS = (
    ("orphaned_position", "SOL/USDT:USDT"),
    ("unprotected_position", "ETH/USDT:USDT"),
    ("phantom_position", "BTC/USDT:USDT"),
    ("quantity_mismatch", "LINK/USDT:USDT"),
    ("source_stale", "websocket"),
)


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    command = [sys.executable, "-m", "reconciler", "demo", "--headless", "--seconds", "60", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=220, check=False)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.parametrize(("kind", "symbol"), INCIDENTS)
def test_every_incident_is_alerted_and_resolved_once_healed(
    told: dict[str, Any], kind: str, symbol: str
) -> None:
    alerts = [alert for alert in told["alerts"] if (alert["kind"], alert["symbol"]) == (kind, symbol)]

    assert len(alerts) == 1, told["alerts"]
    assert alerts[0]["state"] == "resolved"
    assert alerts[0]["fired_at"] < alerts[0]["resolved_at"]


def test_nothing_else_is_alerted(told: dict[str, Any]) -> None:
    assert {(alert["kind"], alert["symbol"]) for alert in told["alerts"]} == set(INCIDENTS)


def test_the_open_of_avlusdt_is_proved_while_the_position_list_still_lags(told: dict[str, Any]) -> None:
    opens = [
        each
        for each in told["verifications"]
        if each["symbol"] == "AVL/USDT:USDT" and each["question"] == "open"
    ]

    assert {each["asked_by"] for each in opens} == {"bot", "sidecar"}
    for each in opens:
        assert (each["verdict"], each["grade"]) == ("confirmed", "proof")
        assert each["decided_by"] in {"websocket", "order"}
        assert each["milliseconds"] < 3000


def test_the_wrong_rollback_is_a_mismatch_and_never_a_close(told: dict[str, Any]) -> None:
    closes = [
        each
        for each in told["verifications"]
        if each["symbol"] == "LINK/USDT:USDT" and each["question"] == "close" and each["asked_by"] == "bot"
    ]

    assert [(each["verdict"], each["mismatch"]) for each in closes] == [("mismatch", "excess")]


def test_latency_is_told_for_each_source(told: dict[str, Any]) -> None:
    latency = told["latency"]

    assert set(latency) == {"websocket", "order", "rest"}
    assert all(each["count"] > 0 for each in latency.values())
    assert latency["rest"]["p99_ms"] > latency["websocket"]["p50_ms"]
