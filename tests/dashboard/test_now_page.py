"""The first page: what needs somebody, worst first, with what to do; nothing old in green, nothing lost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.alerts.alert import Alert, AlertState, HoldKind
from reconciler.alerts.quiet import quiet
from reconciler.facts.finding import Kind, Severity
from reconciler.facts.person import Person
from reconciler.facts.token import Role
from reconciler.views.account import LegsView
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import banner, buttons, html, opened, reading, run, tab, text

ORPHAN = drawn.alert(
    2, Kind.ORPHANED_POSITION, symbol="NEAR/USDT:USDT", expected=Decimal(0), observed=Decimal(5)
)


def many(count: int) -> tuple[Alert, ...]:
    """Alerts of two accounts and three kinds."""
    kinds = (Kind.UNPROTECTED_POSITION, Kind.ORPHANED_POSITION, Kind.QUANTITY_MISMATCH)
    alerts = [
        drawn.alert(place + 1, kinds[place % 3], symbol=f"C{place}/USDT:USDT", exposure=Decimal(10))
        for place in range(count)
    ]
    return tuple(
        replace(alert, key=replace(alert.key, account="swing")) if alert.id % 2 else alert for alert in alerts
    )


def test_all_well_says_so_with_its_age_and_what_was_checked() -> None:
    sources = (drawn.source(), drawn.source("rest", last_ok=drawn.before(9)), drawn.source("ledger:mybot"))
    with reading(Memory(drawn.view(sources=sources))):
        screen = opened()

    said = text(screen)
    assert banner(screen) == ("good", "All 43 positions verified 4 s ago")
    assert "No alert needs you." in said
    assert "What was checked" in said
    assert "9 s ago" in said
    assert {key for key in buttons(screen) if not key.startswith("tab-")} == set()


def test_what_was_not_looked_at_is_said_beside_what_was() -> None:
    partial = drawn.cycle(status="partial", problems=("positions settled in USDC could not be read",))
    with reading(Memory(drawn.view(cycles=(partial,)))):
        screen = opened()

    assert "Not looked at: main: positions settled in USDC could not be read." in text(screen)
    assert banner(screen)[0] == "warning"


def test_two_criticals_are_two_cards_the_first_open_with_its_step_difference_and_evidence() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.alert(1), ORPHAN)))):
        screen = opened()

    said = text(screen)
    assert banner(screen)[0] == "critical"
    assert "2 positions need you, $162,400 at risk" in banner(screen)[1]
    assert buttons(screen) >= {"acknowledge-1", "open-1", "check-1", "more-1", "acknowledge-2", "open-2"}
    assert "more-2" not in buttons(screen)
    assert "BTC/USDT:USDT long 0.85 BTC has no stop" in said
    assert "main, Binance USD-M · no stop order rests on the exchange" in said
    assert "First step" in said
    assert "0.85 BTC\n0.85 BTC\n= same" in said
    assert "none told\nnone that covers it\n≠ nothing protects it" in said
    assert "Bot mybot: trade 12 is open, long 0.85" in said
    assert "missing in the books" not in said  # the second is folded


def test_check_again_is_asked_of_the_reconciler_for_this_alert_and_said() -> None:
    memory = Memory(drawn.view(alerts=(drawn.alert(1), ORPHAN)))
    with reading(memory, Person("anna", Role.OPERATOR)):
        screen = opened()
        screen.button(key="check-2").click()
        screen = run(screen)

    assert memory.told == [{"id": 2, "by": "anna", "note": "", "origin": "dashboard"}]
    assert [toast.value for toast in screen.toast] == ["Asked: Trueup looks again at NEAR\\/USDT\\:USDT."]


def test_the_exchange_s_own_page_of_the_symbol_is_one_click_away() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.alert(1), drawn.alert(2, symbol=drawn.HOSTILE))))):
        screen = opened()

    links = [(each.proto.label, each.proto.url) for each in screen.get("link_button")]
    assert links == [("Binance USD-M", "https://www.binance.com/en/futures/BTCUSDT")]
    assert "main, Binance USD-M ·" in text(screen)


def test_another_card_is_opened_and_the_first_folded() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.alert(1), ORPHAN)))):
        screen = opened()
        screen.button(key="open-2").click()
        said = text(run(screen))

    assert "none\nlong\n≠ missing in the books" in said
    assert "0 NEAR\n5 NEAR\n≠ +5 NEAR" in said
    assert "none told" not in said


def test_a_card_that_was_folded_stays_folded() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.alert(1),)))):
        screen = opened()
        screen.button(key="open-1").click()

        assert "First step" not in text(run(screen))
        assert "First step" not in text(run(screen))


def test_the_stop_of_the_last_look_stands_in_the_difference() -> None:
    leg = drawn.leg(symbol="BTC/USDT:USDT", stop="partial", stop_price=Decimal(92980))
    with reading(Memory(drawn.view(alerts=(drawn.alert(1),), legs=LegsView((leg,), {"partial": 1})))):
        said = text(opened())

    assert "none told\n92,980\n≠ too small" in said


def test_the_bar_of_a_phone_keeps_to_the_alert_that_was_opened() -> None:
    memory = Memory(drawn.view(alerts=(ORPHAN,)))
    with reading(memory):
        screen = opened()
        assert "bar-acknowledge-2" in buttons(screen)

        memory.view = drawn.view(alerts=(drawn.alert(1), ORPHAN))  # a worse one has come
        screen = run(screen)
        assert "bar-acknowledge-2" in buttons(screen)
        assert "bar-acknowledge-1" not in buttons(screen)

        memory.view = drawn.view(alerts=(drawn.alert(1),))  # what was opened is over
        screen = run(screen)
        assert not {key for key in buttons(screen) if key.startswith("bar-acknowledge")}
        assert "What was opened needs nobody any more." in text(screen)

        screen.button(key="bar-next").click()
        assert "bar-acknowledge-1" in buttons(run(screen))


def test_the_four_states_have_counts_and_each_its_alerts() -> None:
    taken = drawn.acknowledged(drawn.alert(3, symbol="SUI/USDT:USDT"))
    snoozed = drawn.alert(4, symbol="DOT/USDT:USDT")
    snoozed = replace(snoozed, hold=drawn.hold(snoozed, HoldKind.SNOOZED))
    over = drawn.alert(
        5, state=AlertState.RESOLVED, resolved_at=drawn.before(300), first_seen=drawn.before(700)
    )
    alerts = (drawn.alert(1), taken, snoozed)
    view = drawn.view(alerts=alerts, resolved=(over,), quiet=quiet(alerts, (), now=drawn.NOW))
    with reading(Memory(view)):
        screen = opened()
        labels = [button.label for button in screen.button if str(button.key).startswith("tab-")]
        assert labels == ["Needs you **1**", "Acknowledged **1**", "Snoozed **1**", "Over today **1**"]
        assert "SUI/USDT:USDT long" not in text(screen)
        assert "Acknowledged by ann 1 m ago, ends in 14 m: setting a stop" in text(
            tab(screen, "acknowledged")
        )
        assert "more-3" in buttons(screen)
        assert "Snoozed by ann: later, ends in 14 m" in text(tab(screen, "quiet"))
        assert "over 5 m ago after 6 m 40 s" in text(tab(screen, "over"))


def test_an_acknowledged_alert_alone_is_shown_at_once_and_does_not_ask_for_another() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.acknowledged(drawn.alert(1)),)))):
        screen = opened()

    level, said = banner(screen)
    assert level == "warning"
    assert "Nobody new needed; $81,200 still unprotected, acknowledged 1 m ago" in said
    assert "Acknowledged by ann 1 m ago, ends in 14 m: setting a stop" in text(screen)
    assert "acknowledge-1" not in buttons(screen)
    assert "more-1" in buttons(screen)


def test_twenty_are_cards_and_one_more_are_groups_of_account_and_kind() -> None:
    with reading(Memory(drawn.view(alerts=many(20)))):
        assert len([key for key in buttons(opened()) if key.startswith("acknowledge-")]) == 20

    with reading(Memory(drawn.view(alerts=many(21)))):
        screen = opened()
        assert {key for key in buttons(screen) if key.startswith("acknowledge-")} == {"acknowledge-1"}
        groups = [key for each in screen.button if (key := str(each.key)).startswith("open-group-")]
        assert len(groups) == 6
        said = text(screen)
        assert "3 alerts: No stop on swing" in said
        assert "$30" in said

        screen.button(key=groups[0]).click()
        screen = run(screen)
        assert len([key for key in buttons(screen) if key.startswith("acknowledge-")]) == 5


def test_of_a_group_that_is_long_the_rest_is_under_alerts() -> None:
    alerts = tuple(drawn.alert(number, symbol=f"C{number}/USDT:USDT") for number in range(1, 501))
    with reading(Memory(drawn.view(alerts=alerts))):
        screen = opened()
        assert "500 positions need you" in banner(screen)[1]
        (group,) = [key for key in buttons(screen) if key.startswith("open-group-")]
        screen.button(key=group).click()
        screen = run(screen)

    assert len([key for key in buttons(screen) if key.startswith("acknowledge-")]) == 21
    links = [str(each.proto.label) for each in screen.get("page_link")]
    assert "479 more of them under Alerts" in links


def test_a_dead_reconciler_is_said_first_and_nothing_is_green() -> None:
    with reading(Memory(drawn.view(heartbeat=drawn.beating(37)))):
        screen = opened()

    assert banner(screen) == (
        "critical blind",
        "Trueup is blind: the reconciler has been silent for 37 s. What you see below is old.",
    )
    assert "good" not in html(screen)
    assert 'data-icon="check"' not in html(screen)
    assert "No alert was open when Trueup last looked." in text(screen)


def test_a_database_that_cannot_be_read_is_not_an_empty_one() -> None:
    with reading(Memory(broken="trueup.db is locked: another program writes to it.")):
        screen = opened()

    said = text(screen)
    assert "Trueup is blind: its own database could not be read." in said
    assert "trueup.db is locked" in said
    assert "could not be read. That does not mean that there are none." in said
    assert "No alert needs you" not in said
    assert "t-figure" not in html(screen)
    assert "good" not in html(screen)


def test_without_an_address_of_a_database_the_screens_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUEUP_STATE_URL", raising=False)

    assert "start this with `trueup dashboard`" in text(opened())


def test_what_others_wrote_is_only_text_and_each_name_is_shortened_by_itself() -> None:
    endless = f"{'A' * 4000}/USDT:USDT"
    alerts = (
        drawn.alert(1, symbol=drawn.HOSTILE, reason=f"</div>{drawn.HOSTILE} {'b' * 3000} the end"),
        drawn.alert(2, symbol=endless),
        drawn.alert(3, symbol="\u202etxet [x](javascript:alert(1))"),
    )
    leg = drawn.leg(symbol=drawn.HOSTILE, stop="none", verdict="differs")
    over = drawn.alert(4, symbol=drawn.HOSTILE, state=AlertState.RESOLVED, resolved_at=drawn.before(9))
    view = drawn.view(alerts=alerts, resolved=(over,), legs=LegsView((leg,), {"none": 1}))
    with reading(Memory(view)):
        screen = opened()
        sent = html(screen) + html(tab(screen, "over"))

    assert drawn.HOSTILE in text(screen)
    assert "<img" not in sent
    assert "<script" not in sent
    assert "\u202e" not in sent
    assert "A" * 100 not in sent  # a name without end leaves room for the others
    assert "the end" in sent  # and a sentence keeps its own


def test_an_alert_that_cannot_be_checked_says_so() -> None:
    frozen = drawn.alert(1, frozen_since=drawn.before(61))
    with reading(Memory(drawn.view(alerts=(frozen,)))):
        assert "Cannot be checked since 1 m 1 s ago: it may be over, or worse" in text(opened())


def test_a_healing_alert_is_still_shown_and_nothing_is_green() -> None:
    healing = drawn.alert(1, state=AlertState.RECOVERING, recovering_since=drawn.before(3))
    with reading(Memory(drawn.view(alerts=(healing,)))):
        screen = opened()

    assert "Getting better" in text(screen)
    assert banner(screen)[0] == "warning"


def test_a_retired_alert_does_not_claim_to_be_over() -> None:
    gone = drawn.alert(
        3,
        state=AlertState.RETIRED,
        resolved_at=drawn.before(300),
        retired="account main is no longer in the settings",
    )
    with reading(Memory(drawn.view(resolved=(gone,)))):
        said = text(opened())

    assert "BTC/USDT:USDT had no stop" in said
    why = "account main is no longer in the settings"
    assert f"watched no more since 5 m ago, and not seen to be over: {why}" in said


def test_a_blindness_tells_its_reason_and_no_sizes() -> None:
    deaf = drawn.alert(
        1,
        Kind.SOURCE_DOWN,
        symbol="rest",
        expected=None,
        observed=None,
        exposure=None,
        reason="refused: 401",
        severity=Severity.WARNING,
    )
    with reading(Memory(drawn.view(alerts=(deaf,)))):
        screen = opened()

    said = text(screen)
    assert "Blind" in said
    assert "position list of main" in said
    assert "refused: 401" in said
    assert "Size" not in said
    assert "no price" not in said


def test_a_viewer_sees_the_buttons_and_cannot_press_them() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.alert(1),))), Person("vera", Role.VIEWER)):
        screen = opened()

    assert screen.button(key="acknowledge-1").disabled
    assert screen.button(key="check-1").disabled
    assert not screen.button(key="open-1").disabled


def test_other_pages_have_the_sentence_on_one_line_with_the_way_to_the_worst() -> None:
    with reading(Memory(drawn.view(alerts=(drawn.alert(7),)))):
        screen = opened("positions")

    assert "1 position needs you, $81,200 at risk. Worst: BTC/USDT:USDT" in banner(screen)[1]
    assert "First:" not in banner(screen)[1]
    assert 'href="alert?id=7"' in html(screen)
