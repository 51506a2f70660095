"""The page of one alert: what to do first, both sides, its history; every state, and past what is over."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reconciler.alerts.alert import Alert, AlertState, HoldKind
from reconciler.facts.finding import Evidence, Kind, Party
from reconciler.facts.message import ChannelView
from reconciler.facts.person import Person
from reconciler.facts.silence import Silence
from reconciler.facts.token import Role
from reconciler.views.account import LegsView
from reconciler.views.alert_story import AlertStory
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import buttons, html, opened, reading, text

FIRING = drawn.alert(1)
OVER = drawn.alert(3, symbol="ETH/USDT:USDT", state=AlertState.RESOLVED, resolved_at=drawn.before(300))
ACTIONS = {"acknowledge-1", "check-1", "more-1", "note-history-1"}


def memory(*alerts: Alert, **changes: Any) -> Memory:
    shown = alerts or (FIRING,)
    return Memory(drawn.view(alerts=shown, resolved=(OVER,), **changes))


def row(said: str, name: str) -> str:
    """A line of a table as it is read: its cells."""
    found = re.search(rf"^{name}\n(.*?)\n\n", said, re.DOTALL | re.MULTILINE)
    assert found, said
    return found[1].replace("\n", " | ")


def test_it_says_what_is_wrong_what_to_do_and_what_both_sides_have() -> None:
    with reading(memory()):
        screen = opened("alert", id="1")

    said = text(screen)
    assert "BTC/USDT:USDT long 0.85 BTC has no stop" in said
    assert "since 13:58:59 UTC, 3 m 12 s; last seen 1 s ago" in said
    assert "$81 k at risk" in said
    assert said.index("Place a reduce-only stop.") < said.index("Bot and exchange") < said.index("History")
    assert row(said, "Size") == "0.85 BTC | 0.85 BTC | = same"
    assert "Bot, read 3 s ago" in said
    assert "Needed you: seen twice, 2 s apart." in said
    assert buttons(screen) == ACTIONS


def test_books_that_nobody_could_read_are_not_empty() -> None:
    unread = replace(FIRING, expected=None)
    with reading(memory(unread)):
        said = text(opened("alert", id="1"))

    unknown = "not known | {} | ? what the bot believes is not known"
    assert row(said, "Side") == unknown.format("long")
    assert row(said, "Size") == unknown.format("0.85 BTC")
    assert "no trade" not in said


def test_only_what_differs_stands_out() -> None:
    orphan = replace(
        drawn.alert(1, Kind.ORPHANED_POSITION, expected=None, observed=Decimal(86), symbol="AVL/USDT:USDT"),
        evidence=(
            Evidence(Party.BOT, "bot", "trade 77: failed", drawn.before(3), {"state": "failed", "row": "77"}),
            Evidence(Party.EXCHANGE, "rest", "holds long 86 AVL", drawn.before(6), {"quantity": "86"}),
            Evidence(Party.EXCHANGE, "conditional_orders", "no stop rests", drawn.before(6), {}),
        ),
    )
    with reading(memory(orphan)):
        screen = opened("alert", id="1")

    said = text(screen)
    assert row(said, "Side") == "none | long | ≠ missing in the books"
    assert row(said, "Size") == "0 AVL | 86 AVL | ≠ +86 AVL"
    assert row(said, "Stop") == "none told | none rests | ≠ nothing protects it"
    assert row(said, "State") == "failed | open | ≠ trade 77"
    assert html(screen).count("t-tint-critical") == 4
    assert "intend-step-1" in buttons(screen)


def test_a_side_that_could_not_be_read_is_no_agreement() -> None:
    with reading(memory(drawn.alert(1, observed=None))):
        screen = opened("alert", id="1")

    assert row(text(screen), "Size") == "0.85 BTC | not known | ? the exchange could not be read"
    assert "t-tint" not in html(screen)


def test_a_stop_at_another_price_than_the_bot_wants_is_told() -> None:
    evidence = (
        Evidence(Party.BOT, "bot", "trade 1", drawn.before(3), {"stop_price": "2910.50"}),
        Evidence(Party.EXCHANGE, "conditional_orders", "stop 7", drawn.before(6), {"trigger": "2900"}),
    )
    with reading(memory(replace(FIRING, evidence=evidence))):
        assert row(text(opened("alert", id="1")), "Stop") == "2,910.5 | 2,900 | ≠ rests at another price"


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        ("software", "none told | none rests | = the bot keeps it itself"),
        ("resting", "none told | 0.19 | = covers it"),
        ("idle", "none told | 0.19 | ≠ would not act"),
        ("unknown", "none told | not seen | ? not known"),
    ],
)
def test_a_stop_stands_as_the_last_look_saw_it(stop: str, said: str) -> None:
    alert = drawn.alert(1, Kind.QUANTITY_MISMATCH, symbol="AVL/USDT:USDT", observed=Decimal(86))
    seen = LegsView(out_of_line=(drawn.leg(verdict="differs", stop=stop, entry_price=Decimal("0.1836")),))
    with reading(memory(alert, legs=seen)):
        shown = text(opened("alert", id="1"))

    assert row(shown, "Stop") == said
    assert row(shown, "Entry") == "not told | 0.1836 | = the exchange's average"


def test_each_side_tells_its_own_entry_and_neither_is_wrong_for_it() -> None:
    row_of_bot = Evidence(Party.BOT, "ledger:mybot", "trade 1", drawn.before(3), {"entry_price": "0.18350"})
    alert = drawn.alert(1, Kind.QUANTITY_MISMATCH, symbol="AVL/USDT:USDT", observed=Decimal(86))
    seen = LegsView(out_of_line=(drawn.leg(verdict="differs", entry_price=Decimal("0.1836")),))
    with reading(memory(replace(alert, evidence=(row_of_bot,)), legs=seen)):
        shown = text(opened("alert", id="1"))

    assert row(shown, "Entry") == "0.1835 | 0.1836 | = each by its own average"


def test_a_stop_that_rests_without_a_position_is_left_over() -> None:
    rests = (Evidence(Party.EXCHANGE, "conditional_orders", "stop 7", drawn.before(6), {"trigger": "8.16"}),)
    gone = replace(drawn.alert(1, Kind.PHANTOM_POSITION, observed=Decimal(0)), evidence=rests)
    legs = LegsView(out_of_line=(drawn.leg(symbol="BTC/USDT:USDT", stop="not needed"),))
    with reading(memory(gone, legs=legs)):
        assert row(text(opened("alert", id="1")), "Stop") == "none told | 8.16 | ≠ left over"


def test_no_stop_at_the_exchange_is_no_difference_where_nobody_says_that_one_should_be() -> None:
    looked = (Evidence(Party.EXCHANGE, "conditional_orders", "no stop rests", drawn.before(6), {}),)
    over = replace(OVER, key=replace(OVER.key, kind=Kind.QUANTITY_MISMATCH), evidence=looked)
    with reading(Memory(drawn.view(resolved=(over,)))):
        assert row(text(opened("alert", id="3")), "Stop") == "none told | none rests | = none expected there"


def test_the_first_step_leads_to_the_exchange_where_its_address_is_known() -> None:
    with reading(memory()):
        known = opened("alert", id="1").get("link_button")
    with reading(memory(cycles=(drawn.cycle(venue="nobodys"),))):
        unknown = opened("alert", id="1").get("link_button")

    assert [each.proto.label for each in known] == ["Binance USD-M"] or known[0].proto.url.startswith(
        "https://"
    )
    assert not unknown


def test_a_contradiction_about_an_order_claims_nothing_of_what_the_sides_hold() -> None:
    key = replace(FIRING.key, kind=Kind.SOURCES_DISAGREE)
    with reading(memory(replace(FIRING, key=key, expected=None, observed=None))):
        said = text(opened("alert", id="1"))

    assert "Bot and exchange" not in said
    assert "What it rests on" in said


def test_a_blindness_names_what_cannot_be_seen_and_no_money() -> None:
    blind = drawn.alert(
        1, Kind.SOURCE_DOWN, symbol="websocket", expected=None, observed=None, exposure=None, evidence=()
    )
    with reading(memory(blind)):
        screen = opened("alert", id="1")

    assert "at risk" not in text(screen)
    assert "No evidence was stored." in text(screen)
    assert "Health" in [each.proto.label for each in screen.get("page_link")]


@pytest.mark.parametrize("state", list(AlertState))
def test_every_state_has_a_page(state: AlertState) -> None:
    ended = None if state.open else drawn.before(300)
    alert = drawn.alert(
        1, state=state, resolved_at=ended, closed_by="ann", closed_because="ours", retired="it was taken out"
    )
    shown = drawn.view(alerts=(alert,)) if state.open else drawn.view(resolved=(alert,))
    with reading(Memory(shown)):
        screen = opened("alert", id="1")

    assert ("What to do" in text(screen)) is state.open
    assert ("acknowledge-1" in buttons(screen)) is (state in {AlertState.FIRING, AlertState.RECOVERING})


def test_what_is_over_is_told_as_past_without_steps_or_the_colour_of_danger() -> None:
    with reading(memory()):
        firing, screen = opened("alert", id="1"), opened("alert", id="3")

    said = text(screen)
    assert "ETH/USDT:USDT long 0.85 ETH had no stop" in said
    assert "This is over. As it was last found" in said
    assert "was at risk" in said
    assert "as they were last found" in said
    assert 'class="t-critical">Critical' in html(firing)
    assert 'class="t-critical">Critical' not in html(screen)
    assert buttons(screen) == {"note-history-3"}


def test_a_retired_alert_says_why_and_claims_no_end_of_it() -> None:
    gone = drawn.alert(
        8, state=AlertState.RETIRED, resolved_at=drawn.before(300), retired="account main was taken out"
    )
    with reading(Memory(drawn.view(resolved=(gone,)))):
        said = text(opened("alert", id="8"))

    assert "Retired, not resolved: account main was taken out." in said
    assert "This is over" not in said


def test_what_is_older_than_a_day_has_its_date() -> None:
    old = drawn.alert(1, first_seen=drawn.before(3 * 86400), fired_at=drawn.before(3 * 86400))
    with reading(memory(old)):
        said = text(opened("alert", id="1"))

    assert "since 2026-11-19 14:02:11 UTC, 3 d" in said


def test_a_note_of_any_length_is_shown_to_its_end_and_one_endless_name_is_not() -> None:
    note = f"{'called the venue, ' * 400}ticket 4711"
    endless = replace(drawn.acknowledged(FIRING, note=note), reason=f"order {'X' * 5000} is not ours.")
    with reading(memory(endless)):
        said = text(opened("alert", id="1"))

    assert "ticket 4711" in said
    assert "X…X" in said
    assert "is not ours." in said
    assert "X" * 100 not in said


def test_no_jargon_and_no_raw_value_is_in_sight_but_in_the_folded_fields() -> None:
    data = {"grade": "proof", "version": "1795985027245", "quantity": "0.85"}
    seen = Evidence(Party.EXCHANGE, "rest", "holds long 0.85 BTC", drawn.before(1), data)
    with reading(memory(replace(FIRING, evidence=(seen,)))):
        sent = html(opened("alert", id="1"))

    unfolded = re.sub(r"<details.*?</details>", "", sent, flags=re.DOTALL)
    assert "1795985027245" in sent
    for jargon in ("1795985027245", "proof", "contract_size", "unprotected_position", "{", "ledger:"):
        assert jargon not in unfolded


def test_who_took_it_who_quiets_it_and_who_silenced_it_is_said() -> None:
    taken = drawn.acknowledged(FIRING)
    held = replace(drawn.alert(2), hold=drawn.hold(FIRING, HoldKind.SNOOZED))
    view = Memory(
        drawn.view(alerts=(taken, held), quiet={2: drawn.quieted(held)}),
        silences={1: Silence("<b>bob", drawn.NOW, "*lunch*")},
    )
    with reading(view):
        one, two = text(opened("alert", id="1")), text(opened("alert", id="2"))

    assert "Acknowledged by ann 1 m ago, ends in 14 m: setting a stop" in one
    assert "Silenced in the Alertmanager by <b>bob" in one
    assert "*lunch*. Trueup's own messages go on." in one
    assert "Snoozed by ann: later, ends in 14 m" in two


def test_messages_are_told_with_their_reason_how_they_fared_and_what_still_waits() -> None:
    view = memory(
        channels=(
            ChannelView(
                "mail", drawn.before(9), drawn.before(1), failing_since=drawn.before(60), next_at=drawn.NOW
            ),
        )
    )
    view.messages = (
        drawn.message(at=drawn.before(188.6), tried_at=drawn.before(189)),
        drawn.message("desk", "repeat", at=drawn.before(10), tried_at=drawn.before(130), attempts=3),
    )
    with reading(view):
        said = text(opened("alert", id="1"))

    assert row(said, "phone") == "first | 13:59:02 | delivered in 400 ms"
    assert row(said, "desk") == "reminder | 14:02:01 | delivered at try 3, after 2 m"
    assert row(said, "mail").startswith("waits | - | not delivered since 14:01:11 UTC")
    assert "told to 2 channels" in said


def test_earlier_episodes_lead_to_their_own_pages() -> None:
    before = replace(OVER, id=7, first_seen=drawn.before(9 * 86400), resolved_at=drawn.before(9 * 86400 - 41))
    view = memory()
    view.stories = {1: AlertStory(earlier=(before,), episodes=4)}
    with reading(view):
        screen = opened("alert", id="1")

    assert "the same was so 4 times before" in text(screen)
    assert 'href="alert?id=7"' in html(screen)
    assert "41 s" in text(screen)


def test_who_may_only_look_has_no_button_that_acts() -> None:
    with reading(memory(), Person("bob", Role.VIEWER)):
        screen = opened("alert", id="1")

    assert {str(each.key) for each in screen.button if not each.disabled} == set()
    assert buttons(screen) == ACTIONS


@pytest.mark.parametrize("given", ["", "x", "-1", "1; drop", "9" * 30, "²", "77"])
def test_an_address_that_names_no_alert_says_so(given: str) -> None:
    with reading(memory()):
        screen = opened("alert", id=given)

    assert "names no alert" in text(screen) or "There is no alert 77." in text(screen)


def test_an_alert_that_could_not_be_read_is_not_over() -> None:
    with reading(Memory(broken="locked")):
        assert "could not be read. That does not mean that it is over." in text(opened("alert", id="1"))


def test_an_old_view_says_that_the_alert_cannot_be_checked() -> None:
    with reading(memory(heartbeat=drawn.beating(60))):
        assert "cannot be checked now" in text(opened("alert", id="1"))
    frozen = replace(FIRING, frozen_since=drawn.NOW - timedelta(seconds=30))
    with reading(memory(frozen)):
        assert "cannot be checked since 14:01:41 UTC" in text(opened("alert", id="1"))


def test_how_old_a_reading_is_and_since_when_it_is_so_are_two_times() -> None:
    week = drawn.before(7 * 86400 + 16).isoformat()
    read = Evidence(Party.BOT, "mybot", "trade 12: long 0.85 BTC", drawn.before(16), {"changed_at": week})
    with reading(memory(replace(FIRING, evidence=(read,)))):
        said = text(opened("alert", id="1"))

    assert row(said, "ledger mybot") == "trade 12: long 0.85 BTC, unchanged for 7 d | 14:01:55 UTC"
    assert "Bot, read 16 s ago" in said
