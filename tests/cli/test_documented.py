"""docs/commands.md names every command, and no other."""

import re
from pathlib import Path

from tests.cli.test_usage import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "commands.md"


def test_the_page_and_the_command_line_know_the_same_commands() -> None:
    named = re.findall(r"trueup ([a-z]+)", PAGE.read_text())

    assert set(named) == set(COMMANDS)


def test_the_readme_names_the_two_commands_of_a_newcomer() -> None:
    text = (ROOT / "README.md").read_text()

    assert "\nmake demo " in text
    assert "\nmake test " in text
