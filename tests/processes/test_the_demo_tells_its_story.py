"""`trueup demo --headless --json`: the whole story on real processes, and what it says at the end."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.processes.incidents import INCIDENTS

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

AUDITED_AT = "the stream speaks again"
"""When the story says so, every kind of verification has been stored; the folder goes when the demo ends."""


@dataclass(frozen=True)
class Played:
    """What the demo printed at its end, and what `trueup audit` said of its state while it ran."""

    document: dict[str, Any]
    audit: dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "reconciler", "demo", "--headless", "--seconds", "60", "--json"]
    surroundings = {**os.environ, "TMPDIR": str(folder)}
    audits, said = [], []
    with (
        (folder / "printed.json").open("w+") as printed,
        subprocess.Popen(
            command, stdout=printed, stderr=subprocess.PIPE, text=True, env=surroundings
        ) as demo,
    ):
        assert demo.stderr is not None
        try:
            for line in demo.stderr:
                said.append(line)
                if AUDITED_AT in line:
                    audits.append(_audit(*folder.glob("*/trueup.toml")))
            code = demo.wait(timeout=30)
        finally:
            demo.terminate()  # does nothing to one that has ended
        printed.seek(0)
        assert code == 0, "".join(said)
        assert len(audits) == 1, "".join(said)
        return Played(json.load(printed), audits[0])


def _audit(settings: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "reconciler", "audit", "--json", "--config", str(settings)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def told(played: Played) -> dict[str, Any]:
    return played.document


def test_every_stored_verdict_follows_from_its_evidence(played: Played) -> None:
    assert played.audit["stored"] == played.audit["agrees"] > 5


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
