"""`trueup alerts maintenance`: a window is begun, listed and ended, and what it quiets is said so."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.fixture(autouse=True)
def known(alerts: None, tmp_path: Path) -> None:
    """The state database knows the account `main`, and a position of it that is gone."""
    del alerts
    connection = sqlite3.connect(tmp_path / "trueup.db")
    with connection:
        connection.execute(
            "INSERT INTO lease (account, token, interval_seconds, stopped) VALUES ('main', 1, 2.0, false)"
        )
        connection.execute("UPDATE alert SET kind = 'phantom_position' WHERE id = 2")
    connection.close()


def test_a_window_is_begun_listed_and_ended(trueup: Command) -> None:
    begun = trueup(
        "alerts", "maintenance", "begin", "main", "--by", "Ann", "--note", "upgrade", "--for", "2h"
    )
    listed = json.loads(trueup("alerts", "maintenance", "list", "--json").out)
    ended = trueup("alerts", "maintenance", "end", "main", "--by", "Bob")

    assert begun.code == 0
    assert begun.out.startswith("Maintenance of main until ")
    assert begun.out.endswith("by Ann: upgrade. What is raised meanwhile is told then.\n")
    assert [(each["account"], each["by"], each["note"], each["ended_at"]) for each in listed] == [
        ("main", "Ann", "upgrade", None)
    ]
    assert ended.out == "Maintenance of main ended by Bob.\n"
    assert trueup("alerts", "maintenance", "list").out == "No maintenance window is open.\n"


def test_the_list_says_what_is_quiet_and_a_position_without_a_stop_is_not(trueup: Command) -> None:
    trueup("alerts", "maintenance", "begin", "main", "--by", "Ann", "--note", "upgrade")

    lines = {line.split(":")[0]: line for line in trueup("alerts", "list").out.splitlines()}
    documents = {each["id"]: each for each in json.loads(trueup("alerts", "list", "--json").out)}

    assert "; firing (maintenance until " in lines["2"]
    assert "; firing, first seen " in lines["1"]
    assert documents[1]["quiet"] is None
    assert documents[2]["quiet"]["by"] == "maintenance"
    assert documents[2]["quiet"]["why"] == "maintenance of main, Ann: upgrade"
    assert "quiet, what is owed of it waits: maintenance of main" in trueup("alerts", "show", "2").out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["begin", "nowhere", "--by", "Ann", "--note", "x"], "no account is called nowhere"),
        (["begin", "main", "--by", "Ann"], "say in a note what is done"),
        (["begin", "main", "--by", " ", "--note", "x"], "say who you are"),
        (["begin", "main", "--by", "Ann", "--note", "x", "--for", "9h"], "8 h is the longest"),
        (["end", "main", "--by", "Ann"], "no maintenance window of main is open"),
    ],
)
def test_what_is_refused_is_one_line(trueup: Command, arguments: list[str], why: str) -> None:
    said = trueup("alerts", "maintenance", *arguments)

    assert (said.code, said.out) == (3, "")
    assert why in said.complaint


def test_what_is_quiet_by_a_persons_word_lets_the_status_pass(trueup: Command, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "trueup.db")
    with connection:
        connection.execute("UPDATE alert SET state = 'resolved' WHERE id <> 1")
    connection.close()
    before = trueup("status").out
    trueup("alerts", "snooze", "1", "--by", "Ann", "--note", "after the call")

    after = trueup("status").out

    assert "1 alert fires" in before
    assert "fires" not in after
    assert "1" in after, "it is still open"
