"""`trueup user` and `trueup link`: who may sign in to the screens, from the command line."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.console import Console
from reconciler.facts.token import Role
from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("alerts")
PASSWORD = "correct horse battery"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))


def test_an_account_is_made_listed_changed_and_removed(
    trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, PASSWORD)
    said = trueup("user", "add", "Ann", "--role", "operator", "--password-stdin")
    assert said.code == 0
    assert said.out.startswith("Ann (operator), made ")
    assert 'set [sign_in] ways = ["accounts"]' in said.out
    assert PASSWORD not in said.out

    typed(monkeypatch, f"another {PASSWORD}")
    assert trueup("user", "password", "ann", "--password-stdin").code == 0
    assert trueup("user", "role", "ann", "--role", "admin").out.startswith("Ann (admin)")
    with Console.open(f"sqlite:///{tmp_path}/trueup.db") as console:
        assert console.accounts.check("ann", PASSWORD) is None
        found = console.accounts.check("ann", f"another {PASSWORD}")
    assert found is not None
    assert found.role is Role.ADMIN

    assert "removed" in trueup("user", "remove", "Ann").out
    (told,) = json.loads(trueup("user", "list", "--json").out)
    assert (told["name"], told["role"], told["removed_at"] is None) == ("Ann", "admin", False)
    assert "hash" not in str(told)


def test_a_role_is_limited_to_groups_of_accounts_until_that_is_lifted(
    trueup: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, PASSWORD)
    named = ("--group", "east", "--group", "west")
    said = trueup("user", "add", "Ann", "--role", "viewer", *named, "--password-stdin")
    assert said.out.startswith("Ann (viewer for east, west), made ")

    given = ("user", "role", "ann", "--role", "operator")
    assert "Ann (operator for east, west)" in trueup(*given).out
    assert "Ann (operator for north)" in trueup(*given, "--group", "north").out
    (told,) = json.loads(trueup("user", "list", "--json").out)
    assert told["groups"] == ["north"]
    assert "Ann (operator), made" in trueup(*given, "--everywhere").out
    assert "give one" in trueup(*given, "--everywhere", "--group", "east").complaint
    assert "is no name of a group" in trueup(*given, "--group", "").complaint


def test_what_makes_no_sense_is_one_line(trueup: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "short")
    assert (
        "10 to 200 characters" in trueup("user", "add", "a", "--role", "viewer", "--password-stdin").complaint
    )
    typed(monkeypatch, "")
    assert "give --password-stdin" in trueup("user", "add", "a", "--role", "viewer").complaint
    assert "no account of bob" in trueup("user", "remove", "bob").complaint
    assert "trueup user add --help" in trueup("user", "add", "a", "--role", "king").complaint
    assert "trueup user add NAME" in trueup("user", "list").out


def test_the_link_is_printed_again_and_another_one_on_demand(trueup: Command, tmp_path: Path) -> None:
    assert trueup("user", "list").code == 0  # the settings file is there

    def link(*more: str) -> str:
        command = [sys.executable, "-m", "reconciler", "link", *more]
        root = Path(__file__).parents[2]
        done = subprocess.run(
            command, cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    first = link()
    assert first.startswith("http://127.0.0.1:8501/?token=")
    assert link() == first
    assert (tmp_path / "trueup.sign-in").stat().st_mode & 0o777 == 0o600
    assert link("--new") != first
