"""A bot's file to write to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reconciler.ledgers.hummingbot.bot_file import BotFile


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[BotFile]:
    file = BotFile(tmp_path / "conf.sqlite")
    yield file
    file.close()
