"""The six figures, the tab, and the strip's facts: what cannot be told is said so, never shown as zero."""

from dataclasses import replace
from decimal import Decimal

from dashboard import favicon, strip
from dashboard.words.figures import figures
from dashboard.words.verdict import Level, Unread
from reconciler.views.now import NowView
from tests.dashboard import drawn


def shown(view: NowView) -> dict[str, str]:
    return {figure.label: figure.value for figure in figures(view)}


def test_the_figures_of_a_quiet_account() -> None:
    assert shown(drawn.view()) == {
        "Critical": "0",
        "Unacknowledged": "0",
        "Matched": "43 / 43",
        "Unprotected": "$0",
        "Last full sweep": "4 s ago",
        "Seen after (p95)": "0.01 / 0.31 / 3.2 s",
    }


def test_what_is_in_flight_is_counted_beside_what_matches() -> None:
    assert (
        shown(drawn.view(cycles=(drawn.cycle(matched=41, in_flight=2),)))["Matched"] == "41 / 43, 2 in flight"
    )


def test_before_the_first_sweep_nothing_is_zero() -> None:
    said = shown(drawn.view(cycles=(), p95_ms={}))

    assert said["Matched"] == "not known"
    assert said["Unprotected"] == "not known"
    assert said["Last full sweep"] == "never"
    assert said["Seen after (p95)"] == "not known"


def test_a_value_that_could_not_be_told_for_one_account_is_a_lower_bound() -> None:
    told = drawn.cycle(unprotected_notional=Decimal(940))
    untold = drawn.cycle(account="other", unprotected_notional=None)

    assert shown(drawn.view(cycles=(told, untold)))["Unprotected"] == "$940 or more"
    assert shown(drawn.view(cycles=(untold,)))["Unprotected"] == "not known"


def test_the_account_that_was_whole_longest_ago_counts() -> None:
    young, old = drawn.cycle(), drawn.cycle(account="other", last_complete_at=drawn.before(600))
    never = replace(old, last_complete_at=None)

    assert shown(drawn.view(cycles=(young, old)))["Last full sweep"] == "10 m ago"
    assert shown(drawn.view(cycles=(young, never)))["Last full sweep"] == "never"


def test_what_a_sweep_has_counted_says_of_which_moment_it_is() -> None:
    swept = drawn.view(cycles=(drawn.cycle(), drawn.cycle(account="other", finished_at=drawn.before(70))))

    said = {figure.label: figure.as_of for figure in figures(swept)}

    assert said["Matched"] == said["Unprotected"] == "as of 14:01:01 UTC"
    assert said["Critical"] == ""
    assert {figure.as_of for figure in figures(drawn.view(cycles=()))} == {""}


def test_acknowledged_alerts_are_still_critical() -> None:
    said = shown(drawn.view(alerts=(drawn.acknowledged(drawn.alert(1)),)))

    assert (said["Critical"], said["Unacknowledged"]) == ("1", "0")


def test_the_tab_carries_the_count() -> None:
    assert favicon.title(Level.CRITICAL, 2) == "(2) Trueup"
    assert favicon.title(Level.WELL, 0) == "Trueup"
    assert favicon.title(Level.BLIND, 3) == "(blind) Trueup"
    assert [favicon.label(Level.CRITICAL, count) for count in (1, 9, 10)] == ["1", "9", "9+"]
    pictures = {favicon.icon(level, count).tobytes() for level in Level for count in (0, 1, 12)}
    assert len(pictures) == 3 * len(Level) - 2  # blind is one picture, whatever the count


def test_sources_say_their_state_and_age() -> None:
    view = drawn.view(
        sources=(
            drawn.source(),
            drawn.source("rest", "down", last_ok=None),
            drawn.source("ledger:mybot", "stale", last_ok=drawn.before(40)),
        )
    )

    assert [(chip.text, chip.colour) for chip in strip.chips(view)] == [
        ("reconciler 1 s ago", "green"),
        ("main websocket ok 1 s ago", "green"),
        ("main position list down, never seen well", "red"),
        ("main ledger mybot stale, well 40 s ago", "orange"),
        ("14:02:11 UTC", "gray"),
    ]


def test_each_account_has_a_heart_of_its_own_and_says_who_watches_it() -> None:
    watches = (drawn.watch(drawn.beating(37)), drawn.watch(drawn.beating(), "other"))
    view = drawn.view(watches=watches, sources=(drawn.source(), drawn.source(account="other")))

    assert [(chip.text, chip.colour, chip.more) for chip in strip.chips(view)[:-1]] == [
        ("main: reconciler last seen 37 s ago", "red", "main is watched by web-1 4711."),
        ("other: reconciler 1 s ago", "green", "other is watched by web-1 4711."),
        ("main websocket ok 1 s ago (old)", "gray", ""),
        ("other websocket ok 1 s ago", "green", ""),
    ]


def test_nothing_on_the_strip_is_green_when_it_is_old() -> None:
    dead = drawn.view(heartbeat=drawn.beating(37))
    unwritten = drawn.view(sources=(drawn.source(at=drawn.before(600)),))

    assert "green" not in {chip.colour for chip in strip.chips(dead)}
    assert [chip.colour for chip in strip.chips(unwritten)] == ["green", "gray", "gray"]
    assert "green" not in {chip.colour for chip in strip.chips(Unread("locked", drawn.NOW))}


def test_an_untried_venue_is_called_that_and_is_never_green() -> None:
    view = drawn.view(sources=(drawn.source("venue", "untried", last_ok=None),))
    (chip,) = [chip for chip in strip.chips(view) if "untried" in chip.text]
    assert (chip.text, chip.colour) == ("main venue untried", "orange")
