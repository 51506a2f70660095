"""Accounts: all of them side by side. Who is not seen leads, loudly; then the most money without a stop."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import streamlit
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.words import desk
from dashboard.words.desk import Group, groups, sentence
from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.facts.heartbeat import Heartbeat, WatchView
from reconciler.views.account import LegsView
from reconciler.views.now import NowView
from reconciler.views.today import UnprotectedView
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.memory_insight import MemoryInsight
from tests.dashboard.screen import html, opened, reading, run, text
from verification.facts.leg import Leg


def watched(account: str, group: str = "", heartbeat: Heartbeat | None = None) -> WatchView:
    return replace(drawn.watch(heartbeat or drawn.beating(), account), group=group)


def desk_of(*watches: WatchView, bare: dict[str, int] | None = None) -> NowView:
    """Accounts that are swept whole, some with so many dollars without a stop."""
    names = [watch.account for watch in watches]
    alerts = [
        drawn.alert(
            number,
            key=FindingKey(Kind.UNPROTECTED_POSITION, name, "BTC/USDT:USDT", Leg.NET),
            exposure=Decimal(worth),
        )
        for number, (name, worth) in enumerate((bare or {}).items(), 1)
    ]
    return drawn.view(
        watches=watches,
        cycles=tuple(drawn.cycle(account=name) for name in names),
        sources=tuple(drawn.source(account=name) for name in names),
        alerts=tuple(alerts),
    )


def order(found: tuple[Group, ...]) -> list[str]:
    return [line.account for group in found for line in group.lines]


def test_the_most_money_without_a_stop_stands_first_within_a_group_and_among_groups() -> None:
    view = desk_of(
        watched("a", "east"), watched("b", "west"), watched("c", "west"), watched("d"),
        bare={"a": 100, "b": 30, "c": 900},
    )  # fmt: skip

    found = groups(view, {})

    assert [(group.name, [line.account for line in group.lines]) for group in found] == [
        ("west", ["c", "b"]),
        ("east", ["a"]),
        ("", ["d"]),
    ]


@pytest.mark.parametrize("heartbeat", [drawn.beating(stopped=True), drawn.beating(500), drawn.NEVER])
def test_an_account_that_nobody_watches_leads_whatever_money_the_others_have(heartbeat: Heartbeat) -> None:
    view = desk_of(watched("a", "east"), watched("z", "west", heartbeat), bare={"a": 90000})

    found = groups(view, {})
    told, well = sentence(found)

    assert order(found) == ["z", "a"]
    lost = found[0].lines[0]
    assert {desk.money(lost.bare, more=lost.more), desk.matched(lost)} == {"not known"}, "what was is not now"
    assert (told, well) == ("1 of 2 accounts not seen now: z.", False)


@pytest.mark.parametrize(
    ("status", "said"),
    [("complete", ("It is watched.", True)), ("partial", ("It is watched, and seen in part.", False))],
)
def test_one_account_is_no_crowd(status: str, said: tuple[str, bool]) -> None:
    view = drawn.view(cycles=(drawn.cycle(status=status),))
    assert sentence(groups(view, {})) == said


def test_an_account_that_was_never_swept_is_not_shown_as_having_nothing_bare() -> None:
    view = replace(desk_of(watched("a"), watched("b")), cycles=(drawn.cycle(account="a"),))

    (line,) = [line for group in groups(view, {}) for line in group.lines if line.account == "b"]

    assert line.unseen
    assert desk.money(line.bare, more=line.more) == "not known"
    assert (desk.matched(line), desk.today_said(line)) == ("not known", "not known")


def test_what_has_no_price_may_be_the_largest() -> None:
    view = desk_of(watched("a"), watched("b"), bare={"a": 5000, "b": 1})
    unpriced = replace(view.alerts[1], exposure=None)

    assert order(groups(replace(view, alerts=(view.alerts[0], unpriced)), {})) == ["b", "a"]


def test_stops_that_are_not_seen_leave_the_sum_open() -> None:
    unseen = drawn.leg(account="a", stop="unknown")
    view = replace(desk_of(watched("a"), watched("b"), bare={"a": 50}), legs=LegsView((unseen,)))

    line = groups(view, {})[0].lines[0]

    assert desk.money(line.bare, more=line.more) == "$50 or more"


ACCOUNTS = st.lists(
    st.tuples(st.sampled_from(["", "east", "west"]), st.booleans(), st.integers(0, 9)), max_size=12
)


@settings(max_examples=25)
@given(ACCOUNTS)
def test_every_account_stands_there_once_in_its_own_group(
    drawn_accounts: list[tuple[str, bool, int]],
) -> None:
    watches = [
        watched(f"a{number}", group, drawn.beating(stopped=not alive))
        for number, (group, alive, _) in enumerate(drawn_accounts)
    ]
    bare = {f"a{number}": worth for number, (_, _, worth) in enumerate(drawn_accounts) if worth}

    found = groups(desk_of(*watches, bare=bare), {})

    assert sorted(order(found)) == sorted(watch.account for watch in watches)
    for group in found:
        assert {watch.group for watch in watches if watch.account in order((group,))} == {group.name}
        ranks = [(not line.unseen, -bare.get(line.account, 0)) for line in group.lines]
        assert ranks == sorted(ranks)


def test_the_page_shows_a_row_an_account_that_leads_to_its_positions_and_alerts() -> None:
    view = desk_of(watched("a", "east"), watched("b & c"), bare={"a": 1234})
    today = UnprotectedView(Decimal(17_000_000), timedelta(minutes=5), timedelta(0), drawn.NOW)
    with reading(Memory(view, insight=MemoryInsight(bare={"a": today}))):
        screen = opened("desk")

    sent, shown = html(screen), text(screen)
    assert 'href="positions?account=a"' in sent
    assert 'href="alerts?account=a"' in sent
    assert "positions?account=b%20%26%20c" in sent
    assert "$1,234" in shown
    assert "17.0 M" in shown
    assert "1 critical" in shown
    assert "No group" in shown


def test_a_hostile_name_is_text() -> None:
    with reading(Memory(desk_of(watched(drawn.HOSTILE, drawn.HOSTILE), watched("b")))):
        sent = html(opened("desk"))

    assert "<img" not in sent


def test_what_could_not_be_read_is_said() -> None:
    memory = Memory(desk_of(watched("a"), watched("b")))
    with reading(memory):
        screen = opened("desk")
        memory.broken = "the disk is gone"
        memory.insight.broken = "the disk is gone"
        shown = text(run(screen))

    assert "They could not be read. That does not mean that all is well." in shown


@pytest.mark.parametrize(("names", "shown"), [(["main"], "hidden"), (["main", "other"], "visible")])
def test_it_stands_in_the_navigation_where_there_is_more_than_one_account(
    names: list[str], shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, str] = {}
    real = streamlit.Page

    def page(path: str, **named: Any) -> Any:
        made[named["title"]] = named.get("visibility", "visible")
        return real(path, **named)

    monkeypatch.setattr(streamlit, "Page", page)
    with reading(Memory(desk_of(*map(watched, names)))):
        opened()

    assert made["Accounts"] == shown


def test_a_day_is_stated_once_and_page_and_file_are_of_that_statement() -> None:
    memory = Memory(desk_of(watched("a", "east"), watched("b")))
    with reading(memory):
        screen = opened("desk")
        screen.button(key="attest-now").click()
        shown = text(run(screen))
        again = text(run(screen))

    hashes = re.findall(r"SHA-256 of the JSON: ([0-9a-f]{64})", shown)
    assert len(hashes) == 1
    assert hashes == re.findall(r"SHA-256 of the JSON: ([0-9a-f]{64})", again)
    assert [each for each in memory.insight.wanted if isinstance(each, tuple)] == [
        ((drawn.NOW - timedelta(days=1)).date(), "")
    ]


def test_a_hundred_accounts_are_drawn_in_one_go() -> None:
    watches = [watched(f"desk-{number:03}", f"g{number % 7}") for number in range(100)]
    bare = {f"desk-{number:03}": number + 1 for number in range(100)}
    with reading(Memory(desk_of(*watches, bare=bare))):
        sent = html(opened("desk"))

    assert len(set(re.findall(r"positions\?account=desk-\d{3}", sent))) == 100
    assert Severity.CRITICAL.value in sent
