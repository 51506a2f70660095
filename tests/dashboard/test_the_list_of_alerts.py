"""Alerts: open ones first, filtered by what stands in the address, counted, taken away as a file."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.words.alert_rows import as_csv
from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import alert_rows, opened, reading, run, text

FIRING = drawn.alert(1)
SEEN = drawn.acknowledged(drawn.alert(2, Kind.PHANTOM_POSITION, symbol="ATOM/USDT:USDT"))
OVER = drawn.alert(3, symbol="ETH/USDT:USDT", state=AlertState.RESOLVED, resolved_at=drawn.before(300))
LIVELY = "[x](javascript:alert(1)) :red[y] <b>\N{RIGHT-TO-LEFT OVERRIDE}" + "A" * 4000


def memory() -> Memory:
    return Memory(drawn.view(alerts=(FIRING, SEEN), resolved=(OVER,)))


def ids(screen: AppTest) -> list[int]:
    return [row["id"] for row in alert_rows(screen)]


def labels(screen: AppTest, name: str) -> list[str]:
    return [str(each) for each in screen.button_group(key=f"filter-{name}").options]


def test_every_alert_is_a_row_that_says_what_it_is_and_who_has_it() -> None:
    with reading(memory()):
        rows = alert_rows(opened("alerts"))

    assert [row["id"] for row in rows] == [1, 2, 3]
    assert [row["state"] for row in rows] == ["needs you", "acknowledged", "resolved"]
    assert [row["by"] for row in rows] == ["", "ann", ""]
    assert (rows[0]["about"], rows[0]["held"], rows[0]["what"]) == (
        "BTC/USDT:USDT",
        "long 0.85 BTC",
        "No stop",
    )
    assert [row["choosable"] for row in rows] == [True, True, False]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ({"state": "firing"}, [1]),
        ({"kind": "phantom_position"}, [2]),
        ({"account": "main", "state": "resolved"}, [3]),
        ({"text": "atom"}, [2]),
        ({"state": "nonsense", "kind": "'; drop"}, [1, 2, 3]),
        ({"page": "-3"}, [1, 2, 3]),
        ({"when": "days", "from": "x"}, [1, 2, 3]),
        ({"when": "days", "from": "2026-11-23"}, [1, 2]),
        ({"when": "days", "from": "2026-11-20", "until": "2026-11-21"}, []),
    ],
)
def test_filters_are_taken_from_the_address(address: dict[str, str], found: list[int]) -> None:
    with reading(memory()):
        screen = opened("alerts", **address)
        assert (ids(screen) if found else []) == found
        assert found or "No alert fits this filter." in text(screen)


def test_every_choice_says_how_many_there_are_of_it_and_holds_the_other_rows() -> None:
    with reading(memory()):
        assert labels(opened("alerts"), "state") == ["Needs you 1", "Acknowledged 1", "Resolved 1"]
        screen = opened("alerts", kind="phantom_position")
        assert labels(screen, "state") == ["Acknowledged 1"]
        assert screen.multiselect(key="filter-kind").options == [
            "No stop 2",
            "Position gone from the exchange 1",
        ]


def test_a_choice_is_written_into_the_address_and_survives_going_away() -> None:
    with reading(memory()):
        screen = opened("alerts")
        screen.button_group(key="filter-state").set_value(["resolved"])
        screen = run(screen)
        assert screen.query_params["state"] == "resolved"

        screen.query_params.clear()
        screen.query_params["id"] = "1"
        run(screen.switch_page("screens/alert.py"))
        screen.query_params.clear()
        run(screen.switch_page("screens/alerts.py"))

        assert ids(screen) == [3]
        assert screen.query_params["state"] == "resolved"


def test_an_address_with_a_choice_of_its_own_means_no_more_than_it_says() -> None:
    with reading(memory()):
        screen = opened("alerts", kind="phantom_position")
        run(screen.switch_page("screens/positions.py"))
        screen.query_params.clear()
        screen.query_params["state"] = "resolved"
        run(screen.switch_page("screens/alerts.py"))

        assert ids(screen) == [3]


def test_everything_is_shown_again_at_one_click() -> None:
    with reading(memory()):
        screen = opened("alerts", state="resolved", text="eth", when="1h")
        screen.button(key="clear-filters").click()
        screen = run(screen)

        assert ids(screen) == [1, 2, 3]
        assert not dict(screen.query_params)


def test_a_filter_that_nothing_fits_is_not_an_empty_history() -> None:
    with reading(memory()):
        assert "No alert fits this filter." in text(opened("alerts", text="nowhere"))
    with reading(Memory()):
        assert "No alert has been raised yet." in text(opened("alerts"))


def test_alerts_that_could_not_be_read_are_not_none() -> None:
    with reading(Memory(broken="locked")):
        said = text(opened("alerts"))

    assert "could not be read. That does not mean that there are none." in said
    assert "No alert" not in said


def test_there_are_more_pages_than_one_and_each_is_an_address() -> None:
    many = tuple(drawn.alert(number, symbol=f"S{number}/USDT:USDT") for number in range(1, 121))
    with reading(Memory(drawn.view(alerts=many))):
        assert "1 to 50 of 120 alerts" in text(opened("alerts"))
        last = opened("alerts", page="3")

    assert "101 to 120 of 120 alerts" in text(last)
    assert ids(last) == list(range(101, 121))


def test_a_page_that_is_not_there_is_the_last_one() -> None:
    many = tuple(drawn.alert(number, symbol=f"S{number}/USDT:USDT") for number in range(1, 61))
    with reading(Memory(drawn.view(alerts=many))):
        screen = opened("alerts", page="700")

    assert ids(screen) == list(range(51, 61))
    assert "51 to 60 of 60 alerts" in text(screen)


def test_a_list_that_was_shown_is_read_anew_as_soon_as_anything_has_changed() -> None:
    held = memory()
    with reading(held):
        screen = opened("alerts")
        held.acknowledge(1, by="bob", note="mine", origin="cli")
        assert [row["by"] for row in alert_rows(run(screen))] == ["bob", "ann", ""]


def test_hostile_names_are_shortened_by_themselves_and_stay_text() -> None:
    bad = drawn.alert(4, symbol=LIVELY)
    with reading(Memory(drawn.view(alerts=(bad,)))):
        (row,) = alert_rows(opened("alerts"))

    assert len(row["about"]) < 60
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in row["about"]
    assert row["what"] == "No stop"


def test_the_file_has_the_raw_values_and_no_formula_of_anybody() -> None:
    lively = replace(FIRING, reason='=HYPERLINK("http://x")', exposure=Decimal("81200.125"))
    (row,) = csv.DictReader(io.StringIO(as_csv([lively])))

    assert (row["id"], row["exposure_quote"], row["expected_contracts"]) == ("1", "81200.125", "0.85")
    assert row["first_seen"] == "2026-11-22T13:58:59+00:00"
    assert row["reason"] == '\'=HYPERLINK("http://x")'
