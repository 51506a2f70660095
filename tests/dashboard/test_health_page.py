"""Health: the worst first in one sentence, every part of Trueup with its age; what is not known is said."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from reconciler.facts.attribution import Attribution, By
from reconciler.facts.change import Change, Explained
from reconciler.facts.message import ChannelView
from reconciler.facts.person import Person
from reconciler.facts.token import Role
from reconciler.views.health import ClockView, HealthView
from reconciler.views.now import NowView
from tests.dashboard import drawn
from tests.dashboard.drawn_health import budget, health, job, process, tried
from tests.dashboard.memory_console import Memory, MemoryChanges
from tests.dashboard.memory_insight import MemoryInsight
from tests.dashboard.screen import opened, reading, run
from verification.facts.leg import Leg

PHONE = ChannelView("phone", drawn.before(9999), drawn.before(60), taken_at=drawn.before(183))


def memory(told: HealthView | None = None, view: NowView | None = None) -> Memory:
    return Memory(view=view or drawn.view(), insight=MemoryInsight(told=told or health()))


def html(screen: AppTest) -> str:
    """All that stands on the page as HTML, without its tags."""
    raw = "\n".join(str(element.proto.body) for element in screen.get("html"))
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", raw, flags=re.DOTALL)


def shown(told: HealthView | None = None, view: NowView | None = None) -> str:
    with reading(memory(told, view)):
        return " ".join(html(opened("health")).split())


def test_when_all_is_well_it_says_so_with_the_age_of_the_oldest_word() -> None:
    said = shown()

    assert "All is well, oldest word 1 s." in said
    assert "Worst first" not in said
    assert "412 of 2,400 in 60 s, 17%" in said
    assert "Trueup 84 of its 480" in said
    assert "+11 ms" in said
    assert "± 4 ms" in said
    assert "Trueup 1.4.0" in said
    assert "214.0 MB" in said
    assert "web-1 4711" in said, "who watches the account"


BANNED = budget(waits_until=drawn.NOW + timedelta(seconds=107))
REFUSING = replace(PHONE, failing_since=drawn.before(60))


@pytest.mark.parametrize(
    ("told", "view", "words"),
    [
        (health(), drawn.view(heartbeat=drawn.beating(90)), "1 account not looked at"),
        (health(), drawn.view(sources=(drawn.source(state="down"),)), "1 source not live"),
        (health(process(budgets=(BANNED,))), None, "1 address asked to wait"),
        (health(process(jobs=(job(failing="the disk is full"),))), None, "1 job failing or late"),
        (health(process(jobs=(job(late=True),))), None, "1 job failing or late"),
        (health(process(clocks=(ClockView("main", 400, 20, drawn.before(9)),))), None, "1 clock apart"),
        (health(), drawn.view(channels=(REFUSING,)), "1 channel refusing"),
        (
            health(oldest_owed=drawn.before(400), owed=2),
            drawn.view(channels=(PHONE,)),
            "2 messages owed, the oldest 6 m 40 s",
        ),
        (health(unreadable=("deneb 9",)), None, "what 1 process said cannot be read"),
        (health(process(at=drawn.before(3600))), None, "no process has said how it fares"),
    ],
)
def test_what_is_not_well_is_named_in_one_sentence(
    told: HealthView, view: NowView | None, words: str
) -> None:
    said = shown(told, view)

    assert re.search(rf"Worst first: [^;]*{re.escape(words)}", said), said[:300]
    assert "All is well" not in said


def test_the_worst_comes_first() -> None:
    said = shown(
        health(process(jobs=(job(late=True),), budgets=(budget(waits_until=drawn.NOW + timedelta(60)),)))
    )

    assert said.index("1 address asked to wait") < said.index("1 job failing or late")


def test_a_ban_counts_down_and_says_whom_it_touches() -> None:
    banned = budget(waits_until=drawn.NOW + timedelta(seconds=107), refusals=2, accounts=("main", "swing"))

    said = shown(health(process(budgets=(banned,))))

    assert "home, Binance asks us to wait for 1 m 47 s more" in said
    assert "1:47" in said
    assert "it touches main, swing" in said
    assert "refused 2 times in a row" in said
    assert "1:47" not in shown(health(process(budgets=(replace(banned, waits_until=drawn.before(1)),))))


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (budget(used=1440, ours=84), "slowed: all on the address together"),
        (budget(used=500, ours=480), "slowed: its own part is used"),
    ],
)
def test_where_trueup_slows_itself_it_says_by_which_limit(used: object, said: str) -> None:
    assert said in shown(health(process(budgets=(used,))))


def test_a_source_that_is_not_live_is_told_with_its_reason_and_never_as_well() -> None:
    down = drawn.source(state="down", last_ok=drawn.before(41), detail="connection reset")
    said = shown(view=drawn.view(sources=(down, drawn.source("rest"), drawn.source("ledger:mybot"))))

    assert "main, websocket: down, well 41 s ago. connection reset" in said


def test_what_was_never_read_and_what_there_is_not_are_two_things() -> None:
    never = drawn.source("rest", state="down", last_ok=None)
    said = shown(view=drawn.view(sources=(drawn.source(state="unsupported"), never)))

    assert "none at this exchange" in said
    assert "never" in said


def test_what_a_dead_reconciler_said_is_old_and_nothing_of_it_is_well() -> None:
    with reading(memory(health(process(at=drawn.before(9000))), drawn.view(heartbeat=drawn.beating(9000)))):
        screen = opened("health")

    said = html(screen)
    assert "Nothing was said of them lately." in said
    assert "no process has said how its jobs go" in said
    assert "412 of 2,400" not in said
    assert "check_circle" not in said


def test_without_a_word_of_anything_it_says_what_it_does_not_know() -> None:
    said = shown(replace(health(), processes=()), drawn.view(watches=(), cycles=(), sources=(), channels=()))

    assert "No account has been looked at yet." in said
    assert "Nobody has watched any yet." in said
    assert "only these screens tell of anything" in said


def test_what_cannot_be_read_is_not_shown_as_well() -> None:
    with reading(Memory(broken="locked")):
        assert "It could not be read. That does not mean that all is well." in html(opened("health"))


def test_a_test_is_asked_for_by_a_click_and_answered_on_the_page() -> None:
    held = memory(view=drawn.view(channels=(PHONE,)))
    with reading(held, Person("ann", Role.ADMIN)):
        screen = opened("health")
        screen.button(key="test-phone").click()
        run(screen)
        assert held.tried == [("phone", "ann")]

        held.insight.told = health(tests=(tried(answered_at=None, taken=False, said=""),))
        run(screen)
        assert "waiting for the answer" in html(screen)
        assert screen.button(key="test-phone").disabled, "one at a time"

        held.insight.told = health(tests=(tried(),))
        run(screen)
        assert "taken within 2 s" in html(screen)

        held.insight.told = health(tests=(tried(taken=False, said="HTTP 403"),))
        run(screen)
        assert "not taken: HTTP 403" in html(screen)

        old = tried(asked_at=drawn.before(90), answered_at=None, taken=False, said="")
        held.insight.told = health(tests=(old,))
        run(screen)
        assert "no answer came; is the reconciler running?" in html(screen)


def test_a_test_that_could_not_be_asked_for_says_why() -> None:
    held = memory(view=drawn.view(channels=(PHONE,)))
    held.refuses_writes = "the disk is full"
    with reading(held):
        screen = opened("health")
        screen.button(key="test-phone").click()
        run(screen)

    assert "phone: the disk is full" in html(screen)


def test_whoever_may_not_try_a_channel_has_no_button_to_press() -> None:
    with reading(memory(view=drawn.view(channels=(PHONE,))), Person("ben", Role.OPERATOR)):
        assert opened("health").button(key="test-phone").disabled


def test_what_others_wrote_stays_text() -> None:
    hostile = drawn.HOSTILE
    told = health(process(budgets=(budget(accounts=(hostile,)),), jobs=(job(failing=hostile),)))
    channel = ChannelView(
        hostile, drawn.before(9), drawn.before(1), failing_since=drawn.before(5), said=hostile
    )
    view = drawn.view(channels=(channel,), sources=(drawn.source(state="down", detail=hostile),))
    with reading(memory(told, view)):
        raw = "\n".join(str(element.proto.body) for element in opened("health").get("html"))

    assert "<img" not in raw
    assert "&lt;img" in raw


def test_how_much_of_what_changed_is_explained_is_told_by_account_with_what_is_not() -> None:
    lost = Change(
        symbol="SUI/USDT:USDT",
        leg=Leg.NET,
        order_id="77",
        client_order_id="",
        contracts=Decimal(-8),
        trades=1,
        since=drawn.before(90),
        at=drawn.before(90),
        who=Attribution(By.NOBODY),
    )
    share = Explained("main", drawn.before(9999), {By.LEDGER: 41, By.NOBODY: 1}, unexplained=(lost,))
    never = Explained("swing", None, {})
    told = replace(memory(), changed=MemoryChanges(shares=(share, never)))
    with reading(told):
        said = " ".join(html(opened("health")).split())

    assert "main 41 of 42 1 " in said
    assert "swing not counted 0 " in said
    assert "main, SUI/USDT:USDT," in said
    assert "by order 77: no ledger names it, and nothing tells who has sent it" in said


def test_a_share_that_cannot_be_read_is_no_share() -> None:
    with reading(replace(memory(), changed=MemoryChanges(broken="damaged"))):
        said = " ".join(html(opened("health")).split())

    assert "Changes explained That could not be read." in said
