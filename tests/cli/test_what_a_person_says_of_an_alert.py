"""`trueup alerts ack | snooze | intend | close | note`: said in a line, or as JSON, or refused in a line."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.alerts.event import AlertSettings, Detected, Observed
from reconciler.facts.finding import Finding, Kind, Severity
from reconciler.storage.alerts import observe
from reconciler.storage.database import Database
from tests.cli.conftest import Command
from verification.facts.leg import Leg

pytestmark = pytest.mark.usefixtures("alerts")


@pytest.fixture
def orphan(alerts: None, tmp_path: Path) -> int:
    """A position of 43 that somebody may have opened by hand; its number."""
    del alerts
    now = datetime.now(UTC)  # noqa: TID251 - what a person sees is counted from the real present
    found = Finding(
        kind=Kind.ORPHANED_POSITION,
        account="main",
        symbol="AVL/USDT:USDT",
        leg=Leg.NET,
        severity=Severity.CRITICAL,
        reason="the exchange holds 43",
        observed=Decimal(43),
        exposure=Decimal(900),
    )
    with (
        Database.open(f"sqlite:///{tmp_path}/trueup.db", create=False) as database,
        database.write() as connection,
    ):
        observed = Observed((Detected(found, now, confirmed=True),))
        (change,) = observe(connection, observed, AlertSettings(), now=now)
    return change.alert.id


def left(stamp: str) -> timedelta:
    """How long it is until then."""
    now = datetime.now(UTC)  # noqa: TID251 - what a person sees is counted from the real present
    return datetime.fromisoformat(stamp) - now


MINUTE = timedelta(minutes=1)


def test_an_acknowledgement_lasts_as_long_as_is_said(trueup: Command) -> None:
    said = trueup("alerts", "ack", "1", "--by", "Ann", "--note", "on it", "--for", "2h", "--json")
    document = json.loads(said.out)

    assert document["state"] == "acknowledged"
    assert timedelta(hours=2) - MINUTE < left(document["acknowledged_until"]) <= timedelta(hours=2)


def test_a_snooze_is_told_with_its_end_and_shown(trueup: Command) -> None:
    said = trueup("alerts", "snooze", "1", "--by", "Ann", "--note", "after the call", "--for", "30m")
    shown = trueup("alerts", "show", "1").out
    document = json.loads(trueup("alerts", "show", "1", "--json").out)

    assert said.code == 0
    assert said.out.startswith("Alert 1 snoozed by Ann, until ")
    assert "it stays open and in sight" in said.out
    assert "  snoozed by Ann, until " in shown
    assert "snoozed -> firing by Ann: until " in shown
    assert (document["state"], document["held"], document["held_by"]) == ("firing", "snoozed", "Ann")
    assert timedelta(minutes=30) - MINUTE < left(document["held_until"]) <= timedelta(minutes=30)


def test_an_end_can_be_said_as_a_time(trueup: Command) -> None:
    at = datetime.now(UTC) + timedelta(minutes=20)  # noqa: TID251 - counted from the real present

    said = trueup("alerts", "snooze", "1", "--by", "Ann", "--note", "x", "--until", at.isoformat(), "--json")

    assert datetime.fromisoformat(json.loads(said.out)["held_until"]) == at


def test_a_position_that_is_meant_to_be_there_is_told_with_its_size(trueup: Command, orphan: int) -> None:
    arguments = ("--by", "Ann", "--note", "my hedge", "--for", "7d", "--size", "43")

    said = trueup("alerts", "intend", str(orphan), *arguments)
    document = json.loads(trueup("alerts", "show", str(orphan), "--json").out)

    assert said.out.startswith(f"Alert {orphan} intended by Ann, 43 contracts, until ")
    assert "stands out again then, or with another size" in said.out
    assert (document["held"], document["intended_size"], document["note"]) == ("intended", "43", "my hedge")


def test_an_alert_is_closed_for_a_reason_and_is_not_called_resolved(trueup: Command) -> None:
    said = trueup("alerts", "close", "1", "--by", "Ann", "--note", "a test account")
    document = json.loads(trueup("alerts", "show", "1", "--json").out)

    assert said.out == "Alert 1 closed by Ann: a test account. Found again, it is told again.\n"
    assert (document["state"], document["closed_by"]) == ("closed", "Ann")
    assert (document["closed_because"], document["resolved_at"]) == ("a test account", None)
    assert document["closed_at"] is not None
    assert "closed by Ann" in trueup("alerts", "show", "1").out
    assert "not resolved: a test account" in trueup("alerts", "show", "1").out


@pytest.mark.parametrize("number", ["1", "3"])
def test_a_note_is_kept_in_the_history(trueup: Command, number: str) -> None:
    said = trueup("alerts", "note", number, "--by", "Ann", "--note", "asked the venue")

    assert said.out == f"Alert {number}: the note is stored in its history.\n"
    assert "noted -> " in trueup("alerts", "show", number).out
    assert "by Ann: asked the venue" in trueup("alerts", "show", number).out


def test_another_look_is_asked_for(trueup: Command) -> None:
    said = trueup("alerts", "check", "1", "--by", "Ann")

    assert said.out == (
        "Alert 1: another look is asked for. What it shows stands in `trueup alerts show 1`.\n"
    )
    assert "by Ann: asked for another look" in trueup("alerts", "show", "1").out
    assert json.loads(trueup("alerts", "check", "1", "--by", "Ann", "--json").out)["state"] == "firing"
    assert "there is no alert 99" in trueup("alerts", "check", "99", "--by", "Ann").complaint


def test_who_did_not_see_that_somebody_has_taken_it_is_told(trueup: Command) -> None:
    trueup("alerts", "ack", "1", "--by", "Ann", "--note", "closing by hand")

    refused = trueup("alerts", "snooze", "1", "--by", "Bob", "--note", "later")
    mark = json.loads(trueup("alerts", "show", "1", "--json").out)["seen"]
    aware = trueup("alerts", "snooze", "1", "--by", "Bob", "--note", "later", "--seen", mark)

    assert refused.code == 3
    assert "alert 1 is acknowledged by Ann until " in refused.complaint
    assert aware.code == 0
    assert "(in place of: acknowledged by Ann)" in trueup("alerts", "show", "1").out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["snooze", "99", "--by", "Ann", "--note", "x"], "there is no alert 99"),
        (["snooze", "1", "--by", "Ann"], "say in a note what you are doing"),
        (["snooze", "1", "--by", " ", "--note", "x"], "say who you are"),
        (["snooze", "3", "--by", "Ann", "--note", "x"], "not confirmed yet"),
        (["snooze", "1", "--by", "Ann", "--note", "x", "--for", "2h"], "1 h is the longest"),
        (["ack", "1", "--by", "Ann", "--note", "x", "--for", "5h"], "4 h is the longest"),
        (["ack", "1", "--by", "Ann", "--note", "x", "--for", "soon"], "is no span of time"),
        (["ack", "1", "--by", "Ann", "--note", "x", "--until", "08:00"], "is no time with its zone"),
        (["ack", "1", "--by", "Ann", "--note", "x", "--until", "2020-01-01T08:00Z"], "is over already"),
        (
            ["ack", "1", "--by", "Ann", "--note", "x", "--for", "1h", "--until", "2030-01-01T08:00Z"],
            "either --for or --until",
        ),
        (["intend", "1", "--by", "Ann", "--note", "x"], "only a position that the exchange holds beyond"),
        (["intend", "1", "--by", "Ann", "--note", "x", "--size", "many"], "is no number of contracts"),
        (["intend", "2", "--by", "Ann"], "why this position is meant to be there"),
        (["close", "2", "--by", "Ann"], "why it is closed"),
        (["note", "2", "--by", "Ann"], "the note is empty"),
        (["note", "99", "--by", "Ann", "--note", "x"], "there is no alert 99"),
    ],
)
def test_what_is_refused_is_one_line_that_says_why(trueup: Command, arguments: list[str], why: str) -> None:
    said = trueup("alerts", *arguments)

    assert (said.code, said.out) == (3, "")
    assert said.complaint.startswith("trueup: ")
    assert why in said.complaint


def test_another_size_than_was_seen_is_refused(trueup: Command, orphan: int) -> None:
    said = trueup("alerts", "intend", str(orphan), "--by", "Ann", "--note", "mine", "--size", "42")

    assert said.code == 3
    assert "the exchange holds 43 contracts beyond the bots' books, and you saw 42" in said.complaint


@pytest.mark.parametrize("command", ["ack", "snooze", "intend", "close", "note"])
def test_each_says_by_itself_how_it_is_used(trueup: Command, command: str) -> None:
    said = trueup("alerts", command, "--help")

    assert said.code == 0
    assert "--by NAME" in said.out
    assert "--note TEXT" in said.out
    assert ("--for SPAN" in said.out) is (command in {"ack", "snooze", "intend"})
