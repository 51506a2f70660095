"""Verifications: all that were asked, narrowed by the address, and one drawn as its race."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.words.verification import race
from reconciler.views.verification import (
    FoundVerifications,
    RaceView,
    VerificationsWanted,
    VerificationView,
    WordView,
)
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.memory_insight import MemoryInsight
from tests.dashboard.screen import opened, reading
from verification.facts.leg import Leg
from verification.facts.observation import Source

ASKED = drawn.before(600)


def verified(number: int = 7, **changes: Any) -> VerificationView:
    told = VerificationView(
        id=number,
        account="main",
        symbol="AVL/USDT:USDT",
        leg=Leg.NET,
        question="open",
        asked_by="sidecar",
        verdict="confirmed",
        grade="proof",
        mismatch="",
        decided_by=Source.WEBSOCKET,
        asked_at=ASKED,
        milliseconds=8.4,
        reason="the stream shows long 43, opened after the question",
        order_id="8886774",
    )
    return replace(told, **changes)


def word(source: Source, after: float, said: str = "long 43", **changes: Any) -> WordView:
    told = WordView(
        source=source,
        sent=None if source is Source.WEBSOCKET else ASKED + timedelta(milliseconds=after - 40),
        received=ASKED + timedelta(milliseconds=after),
        exchange_at=None,
        said=said,
        shows=True,
        failed=False,
        decided=False,
    )
    return replace(told, **changes)


AVL = RaceView(
    verification=verified(),
    asked="buy 43",
    words=(
        word(Source.WEBSOCKET, 8.4, decided=True),
        word(Source.REST, 60, "shows nothing", shows=False),
        word(Source.ORDER, 120, "executed 43, closed"),
        word(Source.REST, 900, "not read: timeout", shows=False, failed=True),
        word(Source.REST, 3400),
    ),
    filled_at=ASKED,
)


def listed(*views: VerificationView, **counts: int) -> Memory:
    return Memory(insight=MemoryInsight(verified=FoundVerifications(views, counts, drawn.before(9 * 86400))))


def html(screen: AppTest) -> str:
    raw = "\n".join(str(element.proto.body) for element in screen.get("html"))
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", raw, flags=re.DOTALL).split())


def test_it_says_how_many_there_are_the_loudest_first_and_lists_them() -> None:
    with reading(listed(verified(), confirmed=309, mismatch=1, unknown=2)):
        said = html(opened("verifications"))

    assert "312 opens and closes in 7 d: 1 another than meant, 2 not known, 309 confirmed." in said
    assert "AVL/USDT:USDT" in said
    assert "open, by Trueup" in said
    assert "kept since 2026-11-13 14:02" in said, "a date where it is older than a day"


def test_the_choice_in_the_address_is_what_is_asked_for() -> None:
    held = listed(verified(), confirmed=1)
    with reading(held):
        opened("verifications", since="24h", account="main", verdict="refuted", question="open", text="AVL")

    assert held.insight.wanted[0] == (
        VerificationsWanted(
            since=drawn.NOW - timedelta(hours=24),
            account="main",
            verdicts=("refuted",),
            question="open",
            text="AVL",
        ),
        100,
        0,
    )


def test_a_choice_that_nobody_offers_is_left_out() -> None:
    held = listed(verified(), confirmed=1)
    with reading(held):
        opened("verifications", since="a year", verdict="<b>")

    week = VerificationsWanted(since=drawn.NOW - timedelta(days=7))
    assert held.insight.wanted[0] == (week, 100, 0)


def test_what_waits_for_its_order_stands_apart() -> None:
    with reading(listed(verified(9, verdict="resting", decided_by=None, grade=""), resting=1)):
        said = html(opened("verifications"))

    assert "Waiting for an order" in said
    assert "8886774 10 m" in said


def test_more_than_a_page_is_turned_over() -> None:
    held = listed(verified(), confirmed=250)
    with reading(held):
        screen = opened("verifications")
        assert screen.get("pagination")


def test_none_and_unread_are_two_things() -> None:
    with reading(listed()):
        said = html(opened("verifications"))
        assert "Nothing was verified in 7 d." in said
        assert "None fits this choice." in said
    with reading(Memory(broken="locked")):
        assert "They could not be read." in html(opened("verifications"))


def test_one_is_drawn_as_its_race_and_told_in_words() -> None:
    with reading(Memory(insight=MemoryInsight(races={7: AVL}))):
        screen = opened("verifications", id="7")

    said = html(screen)
    assert "AVL/USDT:USDT: buy 43" in said
    assert "decided by websocket after 8.4 ms" in said
    assert "8.4 ms Websocket pushed long 43" in said
    assert "60 ms Position list asked, answered in 40 ms shows nothing" in said
    assert said.index("Websocket pushed") < said.index("3.40 s Position list")
    (chart,) = screen.get("plotly_chart")
    assert chart.proto.alt


@pytest.mark.parametrize("number", ["8", "-1", "<img src=x>", "9" * 40, "7; drop"])
def test_a_number_that_is_none_is_told_and_breaks_nothing(number: str) -> None:
    with reading(Memory(insight=MemoryInsight(races={7: AVL}))):
        screen = opened("verifications", id=number)

    assert "There is none of this number" in html(screen)
    assert not screen.get("plotly_chart")


def test_evidence_that_cannot_be_read_is_told_in_the_place_of_the_race() -> None:
    unread = RaceView(verified(), "", (), None, "what the sources said cannot be read: it is not JSON")
    with reading(Memory(insight=MemoryInsight(races={7: unread}))):
        screen = opened("verifications", id="7")

    assert "cannot be read: it is not JSON" in html(screen)
    assert not screen.get("plotly_chart")


def test_a_word_stands_in_its_lane_at_its_time_hollow_where_it_shows_nothing() -> None:
    told = race(AVL)

    assert told is not None
    assert (told.zero, told.zero_is) == (ASKED, "the question")
    assert [(mark.lane.value, told.offset(mark), mark.text, mark.hollow) for mark in told.marks] == [
        ("Fills", 0, "filled, by the exchange's own clock", False),
        ("Websocket", 8.4, "long 43", False),
        ("Verdict", 8.4, "confirmed", False),
        ("Position list", 60, "shows nothing", True),
        ("Order status", 120, "executed 43, closed", False),
        ("Position list", 900, "not read: timeout", True),
        ("Position list", 3400, "long 43", False),
    ]


def test_one_that_still_waits_has_no_verdict_in_its_race() -> None:
    waiting = replace(AVL, words=(), filled_at=None, verification=verified(verdict="resting"))
    assert race(waiting) is None


def test_what_others_wrote_comes_alive_nowhere() -> None:
    hostile = '<a href="https://evil.example">x</a><img src=x>%{x}'
    told = replace(AVL, asked=hostile, words=(word(Source.ORDER, 9, hostile),))
    with reading(
        Memory(insight=MemoryInsight(races={7: replace(told, verification=verified(reason=hostile))}))
    ):
        screen = opened("verifications", id="7")

    raw = "\n".join(str(element.proto.body) for element in screen.get("html"))
    assert "<img" not in raw
    assert 'evil.example">' not in raw
    (chart,) = screen.get("plotly_chart")
    assert "<a href" not in chart.proto.spec
    assert "<img" not in chart.proto.spec
