"""`trueup backup` and `trueup restore`: what they say, and how they end."""

import json
from pathlib import Path

import pytest

from reconciler.storage.beats import beside
from reconciler.storage.process_lock import ProcessLock
from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("alerts")

SERVER = "postgresql+psycopg://trueup:the-password@db.example:5433/state"


def test_a_backup_says_from_when_it_is_and_what_is_open(trueup: Command, tmp_path: Path) -> None:
    said = trueup("backup", "kept.backup")

    assert said.code == 0
    assert said.out.startswith("Backup kept.backup: state of 20")
    assert "3 of 3 alerts open" in said.out
    assert (tmp_path / "kept.backup").exists()


def test_a_name_that_is_taken_is_wrong_usage(trueup: Command) -> None:
    trueup("backup", "kept.backup")

    said = trueup("backup", "kept.backup")

    assert said.code == 3
    assert "kept.backup is there already, and is not overwritten" in said.complaint


def test_without_a_state_there_is_nothing_to_back_up(trueup: Command, tmp_path: Path) -> None:
    (tmp_path / "trueup.db").unlink()

    said = trueup("backup", "kept.backup")

    assert said.code == 2
    assert "does not exist" in said.complaint
    assert not (tmp_path / "kept.backup").exists()
    assert not (tmp_path / "trueup.db").exists()


def test_a_restore_says_what_is_there_now_and_where_the_rest_is(trueup: Command, tmp_path: Path) -> None:
    trueup("backup", "kept.backup")
    trueup("token", "new", "--role", "viewer")

    said = trueup("restore", "kept.backup")

    assert said.code == 0
    assert "3 of 3 alerts open" in said.out
    (replaced,) = tmp_path.glob("trueup.db.replaced-*Z")
    assert f"What stood there is kept as {replaced}." in said.out
    assert "trueup token new" in trueup("token", "list").out


def test_programs_are_told_in_json(trueup: Command, tmp_path: Path) -> None:
    made = json.loads(trueup("backup", "kept.backup", "--json").out)
    done = json.loads(trueup("restore", "kept.backup", "--json").out)

    assert made["file"] == str(tmp_path / "kept.backup")
    assert made["rows"]["alert"] == made["open_alerts"] == done["open_alerts"] == 3
    assert Path(done["replaced"]).exists()
    assert done["file"] == str(tmp_path / "trueup.db")


def test_while_an_account_is_watched_a_restore_could_not_be_done(trueup: Command, tmp_path: Path) -> None:
    trueup("backup", "kept.backup")
    lock = ProcessLock(beside(tmp_path / "trueup.db", "main", "lock"))

    said = trueup("restore", "kept.backup")

    lock.release()
    assert said.code == 2
    assert "is in use by process" in said.complaint
    assert "stop `trueup run`" in said.complaint
    assert trueup("restore", "kept.backup").code == 0


def test_a_file_that_is_not_there_is_wrong_usage(trueup: Command) -> None:
    said = trueup("restore", "nothing.backup")

    assert (said.code, said.complaint) == (3, "trueup: there is no file nothing.backup")


def test_on_a_server_the_commands_are_told_without_the_password(
    trueup: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_DATABASE__URL", SERVER)

    made, put = trueup("backup", "kept.backup"), trueup("restore", "kept.backup")

    assert (made.code, put.code) == (3, 3)
    assert "pg_dump --format=custom" in made.complaint
    assert "--table=alert " in made.complaint
    assert "postgresql://trueup@db.example:5433/state" in made.complaint
    assert "pg_restore" in put.complaint
    assert "state_restored" in put.complaint
    assert "the-password" not in made.err + put.err
