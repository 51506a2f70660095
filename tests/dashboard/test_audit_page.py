"""Audit: who did what, narrowed by the address, and taken away as CSV that does nothing by itself."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.words.audit import GROUPS
from reconciler.views.audit import ActsWanted, ActView
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.memory_insight import MemoryInsight
from tests.dashboard.screen import opened, reading

ACKNOWLEDGED = ActView(
    at=drawn.before(60),
    actor="ann",
    origin="telegram",
    action="acknowledged",
    subject="BTC/USDT:USDT",
    account="main",
    note="setting a stop",
    kind="unprotected_position",
    alert_id=7,
)
RELOADED = ActView(drawn.before(3 * 86400), "", "cli", "settings taken", "", "", "account swing added")


def doing(*acts: ActView) -> Memory:
    return Memory(insight=MemoryInsight(done=acts))


def html(screen: AppTest) -> str:
    raw = "\n".join(str(element.proto.body) for element in screen.get("html"))
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", raw, flags=re.DOTALL).split())


def test_it_says_who_did_what_to_what_and_from_where() -> None:
    with reading(doing(ACKNOWLEDGED, RELOADED)):
        screen = opened("audit")

    said = html(screen)
    assert "2 entries in 7 d, by 1 person." in said
    assert "14:01:11 ann acknowledged" in said
    assert ", BTC/USDT:USDT main setting a stop Telegram" in said
    assert "2026-11-19 14:02" in said, "a date where it is older than a day"
    assert "settings taken" in said
    raw = "\n".join(str(element.proto.body) for element in screen.get("html"))
    assert 'href="alert?id=7"' in raw


def test_the_choice_in_the_address_is_what_is_asked_for() -> None:
    held = doing(ACKNOWLEDGED)
    with reading(held):
        opened("audit", since="24h", did="tokens", account="main", text="ann", ours="trueup")

    assert held.insight.wanted == [
        ActsWanted(
            since=drawn.NOW - timedelta(hours=24),
            actions=("token made", "token revoked"),
            account="main",
            text="ann",
            ours=True,
        )
    ]


def test_without_a_choice_it_is_a_week_of_what_people_did() -> None:
    held = doing(ACKNOWLEDGED)
    with reading(held):
        opened("audit")

    assert held.insight.wanted == [ActsWanted(since=drawn.NOW - timedelta(days=7))]


def test_nothing_done_and_unread_are_two_things() -> None:
    with reading(doing()):
        screen = opened("audit")
        assert "Nothing was done in 7 d." in html(screen)
        assert screen.button(key="audit-csv").disabled
    with reading(Memory(broken="locked")):
        assert "That does not mean that nothing was done." in html(opened("audit"))


def test_more_than_fits_is_said_and_stands_in_the_file() -> None:
    many = tuple(replace(RELOADED, note=str(number)) for number in range(201))
    with reading(doing(*many)):
        said = html(opened("audit"))

    assert "The newest 200 are shown; the file has all 201." in said


def written(*acts: ActView) -> list[dict[str, Any]]:
    from dashboard.audit_file import written as file_of

    return list(csv.DictReader(io.StringIO(file_of(acts).removeprefix("\ufeff"))))


def test_the_file_holds_the_values_as_they_are_stored() -> None:
    (row, _) = written(ACKNOWLEDGED, RELOADED)

    assert row == {
        "at": drawn.before(60).isoformat(),
        "who": "ann",
        "did": "acknowledged",
        "to": "BTC/USDT:USDT",
        "kind": "unprotected_position",
        "account": "main",
        "note": "setting a stop",
        "from": "telegram",
        "alert": "7",
    }


def test_no_cell_of_the_file_is_a_formula() -> None:
    hostile = ('=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)", "\tx", "a\r\n=1")
    for row, note in zip(written(*(replace(RELOADED, note=each) for each in hostile)), hostile, strict=True):
        assert row["note"][:1] not in {"=", "+", "-", "@", "\t"}
        assert row["note"].lstrip("'") == note


def test_what_others_wrote_stays_text() -> None:
    hostile = drawn.HOSTILE
    act = replace(ACKNOWLEDGED, actor=hostile, note=hostile, subject=hostile, kind=hostile, origin=hostile)
    with reading(doing(act)):
        raw = "\n".join(str(element.proto.body) for element in opened("audit").get("html"))

    assert "<img" not in raw
    assert "&lt;img" in raw


def test_every_act_that_can_be_chosen_is_in_one_group() -> None:
    acts = [each for _, words in GROUPS.values() for each in words]

    assert len(acts) == len(set(acts))
