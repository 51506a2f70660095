"""`trueup ray`: what cannot be is refused in one line. A real cluster is tried by `make test-ray`."""

import builtins
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.reconciler.settings_files import GOOD, written

POSTGRES = '\n[database]\nurl = "postgresql+psycopg://trueup@127.0.0.1:1/nowhere"\n'
SUBCOMMANDS = ("up", "status", "down")


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_a_state_database_in_a_file_is_refused(subcommand: str, trueup: Command, tmp_path: Path) -> None:
    written(tmp_path)

    said = trueup("ray", subcommand)

    assert said.code == 3
    assert (
        "a file cannot be that: set database.url to one on PostgreSQL that every node reaches"
        in said.complaint
    )


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_settings_of_the_environment_alone_are_refused(
    subcommand: str, trueup: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_DATABASE__URL", "postgresql+psycopg://trueup@127.0.0.1:1/nowhere")

    said = trueup("ray", subcommand)

    assert (said.code, said.complaint.endswith("name it with --config FILE")) == (3, True)


def without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it look as it does where Ray is not installed, on a machine that has it too."""
    imported = builtins.__import__

    def refused(name: str, *arguments: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "ray":
            raise ModuleNotFoundError("No module named 'ray'", name="ray")
        return imported(name, *arguments, **named)

    monkeypatch.delitem(sys.modules, "ray", raising=False)
    monkeypatch.setattr(builtins, "__import__", refused)


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_without_ray_the_command_that_installs_it_is_said(
    subcommand: str, trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    written(tmp_path, GOOD + POSTGRES)

    said = trueup("ray", subcommand)

    assert said.code == 3
    assert said.complaint == "trueup: Ray is not installed: pip install 'trueup[ray]', on every node"


def test_accounts_of_which_some_name_an_egress_are_refused_before_anything_is_placed(
    trueup: Command, tmp_path: Path
) -> None:
    journal = GOOD.replace('"freqtrade"', '"journal"')
    other = journal.partition("[accounts.main]")[2]
    written(tmp_path, f'{journal}\n[accounts.other]{other}egress = "office"\n{POSTGRES}')

    said = trueup("ray", "up")

    assert said.code == 3
    assert "no egress is named for main, and one is for others" in said.complaint
