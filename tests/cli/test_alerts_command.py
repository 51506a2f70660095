"""`trueup alerts`: the same alerts, and the same rules of acknowledging, as on the screens."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Command

FIELDS = [
    "id",
    "kind",
    "account",
    "symbol",
    "leg",
    "severity",
    "state",
    "first_seen",
    "last_seen",
    "acknowledged_by",
    "note",
    "acknowledged_until",
    "held",
    "held_by",
    "held_until",
    "intended_size",
    "quiet",
]


@pytest.mark.usefixtures("alerts")
def test_the_list_holds_open_alerts_with_the_promised_fields(trueup: Command) -> None:
    said = trueup("alerts", "list", "--json")
    listed = json.loads(said.out)

    assert said.code == 0
    assert [list(each) for each in listed] == [FIELDS, FIELDS]
    assert {(each["symbol"], each["severity"], each["state"]) for each in listed} == {
        ("DOGE/USDT:USDT", "critical", "firing"),
        ("XRP/USDT:USDT", "warning", "firing"),
    }


@pytest.mark.usefixtures("alerts")
def test_suspected_ones_are_listed_on_request(trueup: Command) -> None:
    listed = json.loads(trueup("alerts", "list", "--all", "--json").out)

    assert {each["state"] for each in listed} == {"firing", "pending"}


@pytest.mark.usefixtures("alerts")
def test_the_list_says_what_both_sides_hold_on_a_narrow_terminal_too(
    trueup: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    said = trueup("alerts", "list")

    (line,) = [line for line in said.out.splitlines() if "DOGE/USDT:USDT" in line]
    assert line.startswith(
        "1: CRITICAL unprotected_position DOGE/USDT:USDT net of main: bot 14998, exchange 14998; firing, "
    )


@pytest.mark.usefixtures("alerts")
def test_one_alert_is_shown_with_evidence_and_history(trueup: Command) -> None:
    document = json.loads(trueup("alerts", "show", "1", "--json").out)
    text = trueup("alerts", "show", "1").out

    assert list(document)[: len(FIELDS)] == FIELDS
    assert document["expected"] == "14998"
    assert document["exposure"] == "1200.5"
    assert document["evidence"][0]["text"] == "no conditional order"
    assert document["transitions"][-1]["after"] == "firing"
    assert "no conditional order" in text
    assert "no stop is resting" in text


@pytest.mark.usefixtures("alerts")
def test_an_acknowledgement_is_kept_with_name_and_note(trueup: Command) -> None:
    said = trueup("alerts", "ack", "1", "--by", "Ann", "--note", "closing by hand")
    listed = {each["id"]: each for each in json.loads(trueup("alerts", "list", "--json").out)}

    assert said.code == 0
    assert said.out.startswith("Alert 1 acknowledged by Ann until ")
    assert listed[1]["state"] == "acknowledged"
    assert listed[1]["acknowledged_by"] == "Ann"
    assert listed[1]["note"] == "closing by hand"
    assert listed[2]["acknowledged_by"] is None


@pytest.mark.usefixtures("alerts")
def test_an_acknowledgement_prints_the_alert_as_json(trueup: Command) -> None:
    document = json.loads(trueup("alerts", "ack", "2", "--by", "Ann", "--json").out)

    assert (document["state"], document["acknowledged_by"]) == ("acknowledged", "Ann")


@pytest.mark.usefixtures("alerts")
def test_an_acknowledgement_of_less_than_there_is_by_now_is_told_and_does_not_silence(
    trueup: Command,
) -> None:
    listed = trueup("alerts", "list").out
    shown = json.loads(trueup("alerts", "show", "1", "--json").out)["seen"]
    assert f"--seen {shown}" in listed
    assert f"--seen {shown}" in trueup("alerts", "show", "1").out
    version, _, exposure = shown.split(":")

    said = trueup("alerts", "ack", "1", "--by", "Ann", "--seen", f"{version}:warning:{exposure}")

    assert said.code == 0
    assert said.out.startswith("Alert 1: It has grown since you saw it: it was warning and is critical.")
    listed_now = {each["id"]: each for each in json.loads(trueup("alerts", "list", "--json").out)}
    assert (listed_now[1]["state"], listed_now[1]["acknowledged_by"]) == ("firing", None)
    history = trueup("alerts", "show", "1").out
    assert "acknowledged -> acknowledged by Ann" in history
    assert "it has grown since Ann saw it" in history


@pytest.mark.usefixtures("alerts")
def test_who_acknowledges_what_another_has_taken_is_told_of_it(trueup: Command) -> None:
    trueup("alerts", "ack", "1", "--by", "Ann", "--note", "closing by hand")

    unaware = trueup("alerts", "ack", "1", "--by", "Bob", "--note", "looking", "--json")
    mark = json.loads(trueup("alerts", "show", "1", "--json").out)["seen"]
    aware = trueup("alerts", "ack", "1", "--by", "Bob", "--note", "mine now", "--seen", mark, "--json")

    told = json.loads(unaware.out)
    assert told["acknowledged_by"] == "Ann"
    assert told["told"].startswith("Acknowledged by Ann before you, at ")
    assert "note: closing by hand" in told["told"]
    assert json.loads(aware.out)["acknowledged_by"] == "Bob"
    assert "also_acknowledged -> acknowledged by Bob: looking" in trueup("alerts", "show", "1").out


@pytest.mark.usefixtures("alerts")
@pytest.mark.parametrize(
    "arguments",
    [
        ["99", "--by", "Ann", "--note", "x"],  # no such alert
        ["1", "--by", "Ann"],  # critical wants a note
        ["1", "--by", " ", "--note", "x"],  # nobody
        ["3", "--by", "Ann", "--note", "x"],  # only suspected
        ["1", "--by", "Ann", "--note", "x", "--seen", "17"],  # no mark
    ],
)
def test_a_refused_acknowledgement_is_one_line(trueup: Command, arguments: list[str]) -> None:
    said = trueup("alerts", "ack", *arguments)

    assert said.code == 3
    assert said.out == ""
    assert said.complaint.startswith("trueup: ")


@pytest.mark.usefixtures("alerts")
def test_no_open_alert_is_said_without_claiming_that_all_is_well(trueup: Command, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "trueup.db") as connection:
        connection.execute("UPDATE alert SET state = 'resolved'")
    connection.close()

    said = trueup("alerts", "list")

    assert said.code == 0
    assert "No open alerts." in said.out
    assert "doctor" in said.out
    assert json.loads(trueup("alerts", "list", "--json").out) == []


def test_an_absent_state_database_is_not_an_empty_list(trueup: Command, tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_text("")

    said = trueup("alerts", "list", "--json")

    assert said.code == 2
    assert said.out == ""
    assert f"state database {tmp_path}/trueup.db does not exist" in said.complaint


def test_a_foreign_state_database_is_told(trueup: Command, tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_text("")
    connection = sqlite3.connect(tmp_path / "trueup.db")
    connection.execute("CREATE TABLE trades (id INTEGER)")
    connection.close()

    said = trueup("alerts", "list")

    assert said.code == 2
    assert str(tmp_path / "trueup.db") in said.complaint


def test_a_file_that_is_no_database_is_told(trueup: Command, tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_text("")
    (tmp_path / "trueup.db").write_bytes(b"this is a text, not a database, and long enough to be one" * 20)

    said = trueup("alerts", "list")

    assert said.code == 2
    assert str(tmp_path / "trueup.db") in said.complaint
