"""The list of alerts: open ones first; what is looked for is found, and counted as by hand."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from reconciler.alerts.alert import OVER, Alert, AlertState
from reconciler.console import Console
from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT
from reconciler.storage.mapping import alert_values
from reconciler.views.alert_list import AlertFilter
from tests.dashboard import drawn
from tests.reconciler.alert_life import NOON
from verification.facts.clock import Moment
from verification.facts.leg import Leg

ACCOUNTS = ("main", "swing")
KINDS = (Kind.ORPHANED_POSITION, Kind.UNPROTECTED_POSITION, Kind.SOURCE_DOWN)
DAY = timedelta(days=1)


class Noon:
    def now(self) -> Moment:
        return Moment.at(NOON, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


def alerts() -> list[Alert]:
    """One of every state, severity, kind and account, each begun an hour before the one before it."""
    every = list(itertools.product(AlertState, Severity, KINDS, ACCOUNTS))
    return [
        replace(
            drawn.alert(number),
            key=FindingKey(kind, account, f"S{number}/USDT:USDT", Leg.NET),
            state=state,
            severity=severity,
            reason=f"because of 100 % of case_{number}.",
            exposure=Decimal(number),
            first_seen=NOON - number * timedelta(hours=1),
            resolved_at=NOON - number * timedelta(minutes=30) if state in OVER else None,
        )
        for number, (state, severity, kind, account) in enumerate(every, 1)
    ]


@pytest.fixture
def console(database: Database) -> Console:
    with database.write() as connection:
        connection.execute(sa.insert(ALERT), [alert_values(each) | {"id": each.id} for each in alerts()])
    return Console.on(database, Noon())


def test_what_is_open_stands_first_the_worst_first_and_what_is_over_by_its_end(console: Console) -> None:
    found = console.queries.alert_list(AlertFilter(), limit=None).alerts

    assert {each.id for each in found} == {each.id for each in alerts()}
    groups = [2 if each.state in OVER else 1 if each.state is AlertState.PENDING else 0 for each in found]
    assert groups == sorted(groups)
    told = [each for each in found if each.state.open and each.state is not AlertState.PENDING]
    ranks = [each.severity.rank for each in told]
    assert ranks == sorted(ranks, reverse=True)
    worst = [each for each in told if each.severity is Severity.CRITICAL]
    waits = [each for each in worst if each.state is AlertState.FIRING]
    assert worst[: len(waits)] == sorted(waits, key=lambda each: each.first_seen, reverse=True)
    ends = [each.resolved_at for each in found if each.resolved_at is not None]
    assert ends == sorted(ends, reverse=True)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (AlertFilter(), lambda _: True),
        (AlertFilter(states=frozenset({AlertState.FIRING})), lambda each: each.state == "firing"),
        (
            AlertFilter(severities=frozenset({Severity.CRITICAL}), accounts=frozenset({"swing"})),
            lambda each: each.severity == "critical" and each.key.account == "swing",
        ),
        (AlertFilter(kinds=frozenset(KINDS[:2])), lambda each: each.key.kind in KINDS[:2]),
        (AlertFilter(text="s7/uSdT"), lambda each: each.id == 7),
        (AlertFilter(text=" #12 "), lambda each: each.id == 12),
        (AlertFilter(text="100 %"), lambda _: True),
        (AlertFilter(text="10_ %"), lambda _: False),
        (AlertFilter(text="case_1."), lambda each: each.id == 1),
        (AlertFilter(text="no stop"), lambda each: each.key.kind is Kind.UNPROTECTED_POSITION),
        (AlertFilter(text="' OR 1=1 --"), lambda _: False),
        (
            AlertFilter(since=NOON - DAY),
            lambda each: each.resolved_at is None or each.resolved_at >= NOON - DAY,
        ),
        (AlertFilter(until=NOON - DAY), lambda each: each.first_seen <= NOON - DAY),
    ],
)
def test_what_is_looked_for_is_found_and_counted(
    console: Console, wanted: AlertFilter, fits: Callable[[Alert], bool]
) -> None:
    view = console.queries.alert_list(wanted, limit=None)

    expected = {each.id for each in alerts() if fits(each)}
    assert {each.id for each in view.alerts} == expected
    assert view.total == len(expected)


def test_a_facet_counts_what_its_own_row_would_find_while_the_other_rows_hold(console: Console) -> None:
    wanted = AlertFilter(states=frozenset({AlertState.FIRING}), accounts=frozenset({"main"}))

    facets = console.queries.alert_list(wanted).facets

    of_main = Counter(each.state for each in alerts() if each.key.account == "main")
    firing = Counter(each.key.account for each in alerts() if each.state is AlertState.FIRING)
    both = [each for each in alerts() if each.state is AlertState.FIRING and each.key.account == "main"]
    assert facets.states == of_main
    assert facets.accounts == firing
    assert facets.kinds == Counter(each.key.kind for each in both)
    assert facets.severities == Counter(each.severity for each in both)


def test_pages_follow_each_other_without_a_gap_or_a_double(console: Console) -> None:
    whole = console.queries.alert_list(AlertFilter(), limit=None).alerts
    pages = [console.queries.alert_list(AlertFilter(), limit=50, offset=begin) for begin in range(0, 150, 50)]

    assert [each.id for page in pages for each in page.alerts] == [each.id for each in whole]
    assert {page.total for page in pages} == {126}


def test_alerts_are_found_by_their_numbers_and_a_number_of_none_is_passed_over(console: Console) -> None:
    assert {each.id for each in console.queries.alerts_numbered([3, 5, 4711])} == {3, 5}
    assert console.queries.alerts_numbered([]) == ()
