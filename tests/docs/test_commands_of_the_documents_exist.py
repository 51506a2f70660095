"""Whatever command a document shows, the program has it, with these options."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from reconciler.cli.application import application
from reconciler.cli.commands import _COMMANDS
from tests.docs.pages import PAGES, blocks, inline

ENDS_IT = {"|", ">", "&", "&&", ";", "||", "2>&1"}


def commands_of(page: Path) -> Iterator[str]:
    for block in blocks(page, "sh", "bash"):
        for whole in block.replace("\\\n", " ").splitlines():
            line = re.sub(r"\$\([^)]*\)", "", whole.partition("#")[0])
            yield from re.findall(r"(?:^|[ (])(trueup [^)]*)", line)
    yield from (text for text in inline(page) if re.match(r"trueup( |$)", text))


def words_of(command: str) -> list[str]:
    """Return the words after `trueup`, without what a shell makes of the rest of the line."""
    words = command.replace("\\|", "|").split()
    end = next((number for number, word in enumerate(words) if word in ENDS_IT), len(words))
    return words[1:end]


def wrong_with(words: list[str]) -> str | None:
    """Return what the program has not, of the words after `trueup`; None if it has all of it."""
    if not words or words[0].startswith(("-", ".")):
        return _unknown(typer.main.get_command(application), words)
    if words[0] not in _COMMANDS:
        return words[0]
    return _wrong(typer.main.get_command(_COMMANDS[words[0]][1]()), words[1:])


def _wrong(command: Any, words: list[str]) -> str | None:
    if not isinstance(command, TyperGroup) or not words or words[0].startswith(("-", "[")):
        return _unknown(command, words)
    for name in words[0].split("|"):
        if name not in command.commands:
            return name
        missing = _wrong(command.commands[name], words[1:])
        if missing:
            return missing
    return None


def _unknown(command: Any, words: list[str]) -> str | None:
    if command.context_settings.get("ignore_unknown_options"):
        return None  # the words are another program's
    has = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}
    asked = [option for word in words for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", word)]
    return next((option for option in asked if option not in has), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_no_command_that_is_not_there(page: Path) -> None:
    tried = [(command, wrong_with(words_of(command))) for command in commands_of(page)]
    assert [each for each in tried if each[1]] == []


def test_what_is_wrong_is_found() -> None:
    assert wrong_with(words_of("trueup reconcile --once --yaml")) == "--yaml"
    assert wrong_with(words_of("trueup alerts ack|lose ID --by NAME")) == "lose"
    assert wrong_with(words_of("trueup dance")) == "dance"
    assert wrong_with(words_of("trueup alerts snooze ID --by NAME --for 2h")) is None


def test_the_pages_have_commands_to_try() -> None:
    assert sum(1 for page in PAGES for _ in commands_of(page)) > 50
