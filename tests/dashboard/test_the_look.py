"""The colours can be read on what they stand on, and the pieces of a page bring nothing of others alive."""

import re

import pytest

from dashboard.look.colours import DARK, LIGHT, SURFACES, WORDS, Tone, of_source, variables
from dashboard.look.difference import Difference, difference_table
from dashboard.look.figure import Figure, figure_tile
from dashboard.look.markup import chip, link, said
from dashboard.look.panel import page_head, panel
from dashboard.look.table import Cell, Column, Row, table
from tests.dashboard.drawn import HOSTILE
from verification.facts.observation import Source

READABLE = 4.5
SEEN = 3.0  # of what is no word: a line in a chart, an edge
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def brightness(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@THEMES
def test_words_can_be_read_on_every_surface(theme: dict[str, str]) -> None:
    poor = {(word, on) for word in WORDS for on in SURFACES if contrast(theme[word], theme[on]) < READABLE}

    assert not poor


@THEMES
def test_words_can_be_read_on_the_tint_that_is_theirs(theme: dict[str, str]) -> None:
    tints = [name for name in theme if name.endswith("-tint")]
    poor = [
        (word, tint)
        for tint in tints
        for word in ("plain", "second", tint.removesuffix("-tint"))
        if contrast(theme[word], theme[tint]) < READABLE
    ]

    assert len(tints) == 4
    assert not poor


@THEMES
def test_sources_can_be_told_from_the_page_and_have_no_state_s_colour(theme: dict[str, str]) -> None:
    sources = [theme[name] for name in ("websocket", "order", "rest", "books")]

    assert all(contrast(colour, theme["surface"]) >= SEEN for colour in sources)
    assert not set(sources) & {theme[name] for name in ("critical", "warning", "good")}
    assert contrast("#ffffff", theme["primary"]) >= READABLE


def test_both_themes_have_the_same_colours_and_the_page_gets_both() -> None:
    assert DARK.keys() == LIGHT.keys()
    assert variables().count("light-dark(") == len(DARK)
    assert of_source(Source.WEBSOCKET, dark=True) == DARK["websocket"]
    assert of_source(Source.BOT_CACHE, dark=False) == of_source(None, dark=False) == LIGHT["books"]


@pytest.mark.parametrize(
    "piece",
    [
        said(HOSTILE, Tone.CRITICAL, sign="error"),
        chip(HOSTILE, Tone.GOOD, "check", more=HOSTILE),
        link(HOSTILE, f"alert?id={HOSTILE}"),
        page_head(HOSTILE, note=HOSTILE),
        panel(HOSTILE, "", note=HOSTILE),
        table([Column(HOSTILE)], [Row([HOSTILE]), Row([Cell(HOSTILE)])], label=HOSTILE),
        difference_table(
            [Difference(HOSTILE, HOSTILE, HOSTILE, HOSTILE, differs=True)], bot=HOSTILE, exchange=HOSTILE
        ),
        figure_tile(Figure(HOSTILE, HOSTILE, HOSTILE, HOSTILE, unit=HOSTILE, meaning=HOSTILE)),
    ],
)
def test_what_others_wrote_stays_text(piece: str) -> None:
    assert "<img" not in piece
    assert "onerror" not in re.sub(r'"[^"]*"|>[^<]*<', "", f">{piece}<")  # no attribute of its own
    assert "&lt;img" in piece


@pytest.mark.parametrize("page", ["https://elsewhere.example", "//elsewhere.example", "JavaScript:alert(1)"])
def test_a_link_leads_nowhere_but_to_our_pages(page: str) -> None:
    with pytest.raises(ValueError, match="leads away"):
        link("out", page)


def test_only_a_fact_that_differs_stands_out_and_what_is_not_known_is_no_agreement() -> None:
    shown = difference_table(
        [
            Difference("Size", "long 2", "long 2", "same", differs=False),
            Difference("Stop", "92,980", "none rests", "missing", differs=True),
            Difference("Entry", "90,000", "not read", "not known", differs=None),
        ],
        bot="Bot, read 4 s ago",
        exchange="Exchange, 2 s ago",
    )

    rows = re.findall(r"<tr[^>]*>.*?</tr>", shown)
    assert "tint" not in rows[1]
    assert "= same" in rows[1]
    assert "t-tint-critical" in rows[2]
    assert "≠ missing" in rows[2]
    assert "tint" not in rows[3]
    assert "? not known" in rows[3]
