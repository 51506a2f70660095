"""The demo tells its story a line at a time: in colour to a person's terminal, plain to everything else."""

import io
from collections.abc import Callable

import pytest
from typing_extensions import override

from simulator.demo.narrator import Narrator


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


LINES: list[tuple[Callable[[Narrator], None], str]] = [
    (lambda tell: tell.chapter("The lag"), "\nThe lag\n"),
    (lambda tell: tell.say("it began"), "  12.3 s           it began\n"),
    (lambda tell: tell.bot("bought 43"), "  12.3 s  bot      bought 43\n"),
    (lambda tell: tell.venue("it filled"), "  12.3 s  exchange it filled\n"),
    (lambda tell: tell.alert("an orphan"), "  12.3 s  TRUEUP   an orphan\n"),
    (lambda tell: tell.well("resolved"), "  12.3 s  trueup   resolved\n"),
]


@pytest.mark.parametrize(("told", "line"), LINES)
def test_a_file_gets_the_line_and_nothing_else(told: Callable[[Narrator], None], line: str) -> None:
    out = io.StringIO()
    told(Narrator(lambda: 12.34, out))
    assert out.getvalue() == line


@pytest.mark.parametrize(("told", "line"), LINES)
def test_a_terminal_gets_the_same_words_in_colour(
    told: Callable[[Narrator], None], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    told(Narrator(lambda: 12.34, out))
    coloured = out.getvalue()
    assert "\x1b[" in coloured
    assert _without_colour(coloured) == line


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colour_gets_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    out = Terminal()
    Narrator(lambda: 0.0, out).alert("an orphan")
    assert out.getvalue() == "   0.0 s  TRUEUP   an orphan\n"


def _without_colour(text: str) -> str:
    kept, *rest = text.split("\x1b[")
    return kept + "".join(each.split("m", 1)[1] for each in rest)
