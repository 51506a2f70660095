"""Text that others wrote is shown as it is: never Markdown, never HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.escape import LONGEST, markdown, plain
from tests.dashboard.drawn import HOSTILE

JOINER = "\N{WORD JOINER}"

HOSTILES = [
    HOSTILE,
    "<script>alert(1)</script>",
    "![x](https://evil.example/p.png)",
    "[x](javascript:alert(1))",
    "**bold** _it_ `code` ~~gone~~",
    "# title",
    "- list",
    "1. list",
    "> quote",
    "    code",
    "a\n\nb\n---",
    "| a | b |\n|---|---|",
    "$x^2$",
    "&lt;b&gt;",
    "\\<b>",
    ":red[text] :material/home: :smile:",
    "https://evil.example www.evil.example me@evil.example",
]


def rendered(text: str) -> list[str]:
    """The kinds of everything that a Markdown renderer with HTML and links switched on makes of it."""
    renderer = MarkdownIt("js-default", {"html": True, "linkify": False, "typographer": False})
    blocks = renderer.parse(markdown(text))
    return [child.type for block in blocks for child in (block.children or [block])]


def shown(text: str) -> str:
    blocks = MarkdownIt("js-default", {"html": True, "linkify": False}).parse(markdown(text))
    return "".join(child.content for block in blocks for child in block.children or []).replace(JOINER, "")


@pytest.mark.parametrize("text", HOSTILES)
def test_what_is_hostile_is_only_text(text: str) -> None:
    assert set(rendered(text)) <= {"paragraph_open", "text", "text_special", "paragraph_close"}
    assert shown(text) == plain(text)


@given(st.text(max_size=60))
def test_any_text_is_only_text_and_is_shown_as_it_is(text: str) -> None:
    assert set(rendered(text)) <= {"paragraph_open", "text", "text_special", "paragraph_close"}
    assert shown(text) == plain(text)


@given(st.text(alphabet="<>[]()!*_`#$:~|\\/&;\"'=-+.@ abhtps\n", max_size=60))
def test_text_made_of_marks_is_only_text(text: str) -> None:
    assert set(rendered(text)) <= {"paragraph_open", "text", "text_special", "paragraph_close"}
    assert shown(text) == plain(text)


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("https://evil.example", "https:"),
        ("WWW.evil.example", "WWW."),
        ("me@evil.example", "e@"),
        (":material/home:", ":material/"),
        (":smile:", ":smile:"),
        (":red[x]", ":red["),
        ("a -> b", "->"),
        ("a <- b", "<-"),
        ("a -- b", "--"),
    ],
)
def test_what_is_made_live_after_the_backslashes_are_gone_is_broken_up(text: str, live: str) -> None:
    assert live not in markdown(text).replace("\\", "")
    assert shown(text) == text


def test_a_symbol_and_a_time_of_day_stay_whole() -> None:
    for text in ("BTC/USDT:USDT", "14:02:11 UTC", "BTC/USDT:USDT and ETH/USDT:USDT"):
        assert JOINER not in markdown(text)


def test_a_line_that_turns_itself_around_is_marked() -> None:
    assert plain("BTC\u202egnol") == "BTC\N{REPLACEMENT CHARACTER}gnol"
    assert plain("a\u200bb\x00c") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


@given(st.text())
def test_a_line_is_one_line_and_bounded(text: str) -> None:
    line = plain(text)

    assert len(line) <= LONGEST
    assert line == " ".join(line.split())
    assert plain(line) == line
