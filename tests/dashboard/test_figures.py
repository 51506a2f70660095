"""The six figures and the tab: what cannot be told is said so, never shown as zero."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from dashboard import favicon
from dashboard.look.colours import Tone
from dashboard.look.figure import Figure
from dashboard.words.figures import figures
from dashboard.words.verdict import Level, judge
from reconciler.alerts.alert import HoldKind
from reconciler.alerts.quiet import quiet
from reconciler.facts.finding import Kind
from reconciler.views.account import LegsView
from reconciler.views.now import NowView
from reconciler.views.today import TodayView, UnprotectedView
from tests.dashboard import drawn

BARE = drawn.leg(symbol="BTC/USDT:USDT", stop="none", stop_price=None, notional=Decimal(81200))
MIDNIGHT = drawn.NOW.replace(hour=0, minute=0, second=0)


def shown(view: NowView) -> dict[str, Figure]:
    return {figure.label: figure for figure in figures(view)}


def said(view: NowView) -> dict[str, str]:
    return {label: f"{each.value} {each.unit}".strip() for label, each in shown(view).items()}


def today(
    dollar_seconds: str, exposed: float, unseen: float = 0.0, *, verified: int = 312, within: int = 306
) -> TodayView:
    told = UnprotectedView(
        Decimal(dollar_seconds), timedelta(seconds=exposed), timedelta(seconds=unseen), drawn.before(4)
    )
    return TodayView(MIDNIGHT, 0, verified, within, told)


def test_the_figures_of_a_quiet_account() -> None:
    view = drawn.view(legs=LegsView(held={"USDT": Decimal(400_000), "USDC": Decimal(12_630)}))

    assert said(view) == {
        "At risk": "$0",
        "Unprotected now": "$0",
        "Unprotected today": "not known",
        "Matched": "43 of 43 positions",
        "Last full sweep": "4 s ago",
        "Verified within 1 s": "not known",
    }
    assert shown(view)["At risk"].note == "of $412,630 held"
    assert {each.tone for each in figures(view)} == {Tone.PLAIN}


def test_the_sentence_and_the_first_figure_are_one_number() -> None:
    mismatch = drawn.alert(2, Kind.QUANTITY_MISMATCH, exposure=Decimal(5))  # of the same leg: counted once
    other = drawn.alert(3, symbol="SUI/USDT:USDT", exposure=Decimal("1800.4"))
    snoozed = replace(other, hold=drawn.hold(other, HoldKind.SNOOZED))
    view = drawn.view(
        alerts=(drawn.alert(1), mismatch, snoozed),
        quiet=quiet((snoozed,), (), now=drawn.NOW),
        cycles=(drawn.cycle(unprotected_notional=Decimal(1800)),),  # of a sweep that is older than the alerts
    )

    assert said(view)["At risk"] == "$83,000"
    assert "$83,000 at risk" in judge(view).lead


def test_what_is_intended_is_not_at_risk_and_what_has_no_price_is_said() -> None:
    meant = drawn.alert(1, Kind.ORPHANED_POSITION, expected=Decimal(0))
    meant = replace(meant, hold=drawn.hold(meant, HoldKind.INTENDED))
    priceless = drawn.alert(2, Kind.PHANTOM_POSITION, symbol="SUI/USDT:USDT", exposure=None)
    view = drawn.view(
        alerts=(meant, priceless, drawn.alert(3, symbol="NEAR/USDT:USDT", exposure=Decimal("15.77"))),
        quiet=quiet((meant,), (), now=drawn.NOW),
    )

    assert said(view)["At risk"] == "$15.77"
    assert shown(view)["At risk"].note == "1 without a price not in it"
    assert said(drawn.view(alerts=(priceless,)))["At risk"] == "not known"


def test_an_acknowledged_alert_keeps_its_exposure() -> None:
    figure = shown(drawn.view(alerts=(drawn.acknowledged(drawn.alert(1)),)))["At risk"]

    assert (figure.value, figure.note, figure.tone) == (
        "$81,200",
        "$81,200 of it is acknowledged",
        Tone.CRITICAL,
    )


def test_other_currencies_are_not_added_to_dollars() -> None:
    euros = drawn.alert(2, symbol="BTC/EUR:EUR", exposure=Decimal(3000))

    assert said(drawn.view(alerts=(drawn.alert(1), euros)))["At risk"] == "3,000 EUR and $81,200"


def test_what_stands_without_a_stop_is_counted_by_the_last_look_not_by_the_last_sweep() -> None:
    view = drawn.view(
        alerts=(drawn.alert(1),),
        legs=LegsView((BARE, drawn.leg(stop="none", notional=Decimal(940))), {"none": 2}),
        cycles=(drawn.cycle(unprotected_notional=Decimal(0)),),
    )

    figure = shown(view)["Unprotected now"]
    assert (figure.value, figure.note, figure.tone) == (
        "$82,140",
        "2 positions without a stop",
        Tone.CRITICAL,
    )


def test_of_a_position_that_a_stop_covers_in_part_only_the_rest_stands_without_one() -> None:
    grown = drawn.alert(1, Kind.QUANTITY_MISMATCH, symbol="SUI/USDT:USDT", exposure=Decimal(1563))
    leg = drawn.leg(symbol="SUI/USDT:USDT", stop="partial", notional=Decimal(3047), verdict="differs")
    view = drawn.view(alerts=(grown,), legs=LegsView((leg,), {"partial": 1}))

    assert said(view)["Unprotected now"] == said(view)["At risk"] == "$1,563"


def test_stops_that_were_not_seen_make_it_a_lower_bound() -> None:
    unseen = drawn.view(legs=LegsView((drawn.leg(stop="unknown"),), {"unknown": 1, "resting": 3}))
    unswept = drawn.view(cycles=(drawn.cycle(), drawn.cycle(account="other", status="blind")))

    assert said(unseen)["Unprotected now"] == "$0 or more"
    assert shown(unseen)["Unprotected now"].tone is Tone.WARNING
    assert shown(unswept)["Unprotected now"].note.endswith("other not seen")


def test_the_day_says_how_much_for_how_long_and_what_was_not_seen() -> None:
    bare = shown(drawn.view(today=today("17000000", 205)))["Unprotected today"]
    gap = shown(drawn.view(today=today("0", 0, unseen=3720)))["Unprotected today"]

    assert (bare.value, bare.unit, bare.note) == ("17.0 M", "$·s", "as $83 k for 3 m 25 s")
    assert bare.tone is Tone.CRITICAL
    assert gap.note == "nothing stood without a stop; 1 h 2 m not seen"
    assert gap.tone is Tone.WARNING


def test_the_share_that_was_verified_within_a_second_is_never_rounded_up() -> None:
    nearly = drawn.view(today=today("0", 0, verified=10_000, within=9_999))

    assert said(drawn.view(today=today("0", 0)))["Verified within 1 s"] == "98 %"
    assert said(nearly)["Verified within 1 s"] == "99.9 %"
    assert said(drawn.view(today=today("0", 0, verified=0, within=0)))["Verified within 1 s"] == "none"


def test_what_is_in_flight_is_counted_beside_what_matches() -> None:
    figure = shown(drawn.view(cycles=(drawn.cycle(matched=40, in_flight=2),)))["Matched"]

    assert (figure.value, figure.unit, figure.note) == (
        "40",
        "of 43 positions",
        "2 in flight; 1 differs or cannot be read",
    )


def test_before_the_first_sweep_nothing_is_zero() -> None:
    told = said(drawn.view(cycles=()))

    assert told["Matched"] == "not known"
    assert told["Unprotected now"] == "not known"
    assert told["Last full sweep"] == "never"


def test_the_account_that_was_whole_longest_ago_counts() -> None:
    young, old = drawn.cycle(), drawn.cycle(account="other", last_complete_at=drawn.before(600))
    never = replace(old, last_complete_at=None)

    assert said(drawn.view(cycles=(young, old)))["Last full sweep"] == "10 m ago"
    assert shown(drawn.view(cycles=(young, never)))["Last full sweep"].note == "other never whole"


def test_what_is_old_has_no_colour() -> None:
    dead = drawn.view(heartbeat=drawn.beating(37), alerts=(drawn.alert(1),))

    assert {each.old for each in figures(dead) if each.value != "not known"} == {True}


def test_the_tab_carries_the_count() -> None:
    assert favicon.title(Level.CRITICAL, 2) == "(2) Trueup"
    assert favicon.title(Level.WELL, 0) == "Trueup"
    assert favicon.title(Level.BLIND, 3) == "(blind) Trueup"
    assert [favicon.label(Level.CRITICAL, count) for count in (1, 9, 10)] == ["1", "9", "9+"]
    pictures = {favicon.icon(level, count) for level in Level for count in (0, 1, 12)}
    assert len(pictures) == 3 * len(Level) - 2  # blind is one picture, whatever the count
