"""Exact quantities, aware times and any text come back as they went in, on both databases."""

import itertools
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.alerts.alert import OVER, Acknowledgement, Alert
from reconciler.facts.finding import Evidence, FindingKey, Kind, Party, Severity
from reconciler.storage import records
from reconciler.storage.column import ExactDecimal, PlainText, UtcTime
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT
from reconciler.storage.mapping import alert_of, alert_values, position_of
from reconciler.views.account import PositionView
from verification.facts.leg import Leg
from verification.facts.observation import Source

ON_A_DATABASE = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
TIMES = st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2999, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC) | st.just(timezone(timedelta(hours=9))),
)
WRITABLE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
EVIDENCE = st.builds(
    Evidence,
    party=st.sampled_from(Party),
    source=st.text(max_size=9),
    text=st.text(max_size=9),
    at=st.none() | TIMES,
    data=st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=2),
)
ALERTS = st.builds(
    Alert,
    id=st.just(0),
    key=st.builds(FindingKey, st.sampled_from(Kind), WRITABLE, WRITABLE, st.sampled_from(Leg)),
    state=st.sampled_from(sorted(OVER)),  # any number of them may be stored
    severity=st.sampled_from(Severity),
    reason=WRITABLE,
    expected=st.none() | DECIMALS,
    observed=st.none() | DECIMALS,
    exposure=st.none() | DECIMALS,
    contract_size=st.none() | DECIMALS,
    evidence=st.lists(EVIDENCE, max_size=2).map(tuple),
    first_seen=TIMES,
    fired_at=st.none() | TIMES,
    last_seen=TIMES,
    recovering_since=st.none() | TIMES,
    resolved_at=st.none() | TIMES,
    acknowledgement=st.none()
    | st.builds(
        Acknowledgement, WRITABLE, TIMES, WRITABLE, TIMES, st.sampled_from(Severity), st.none() | DECIMALS
    ),
    count=st.integers(1, 2**40),
    version=st.integers(1, 2**40),
    clears=st.integers(0, 9),
    last_clear=st.none() | TIMES,
    frozen_since=st.none() | TIMES,
    retired=WRITABLE,
)
POSITIONS = st.builds(
    PositionView,
    account=st.just("main"),
    venue=WRITABLE,
    symbol=WRITABLE,
    leg=st.sampled_from(Leg),
    expected=st.none() | DECIMALS,
    expected_low=st.none() | DECIMALS,
    expected_high=st.none() | DECIMALS,
    ledger_state=WRITABLE,
    ledgers=st.lists(WRITABLE, max_size=3).map(tuple),
    ledger_at=st.none() | TIMES,
    observed=st.none() | DECIMALS,
    observed_by=st.none() | st.sampled_from(Source),
    observed_at=st.none() | TIMES,
    ledger_changed_at=st.none() | TIMES,
    observed_changed_at=st.none() | TIMES,
    contract_size=st.none() | DECIMALS,
    notional=st.none() | DECIMALS,
    mark_price=st.none() | DECIMALS,
    entry_price=st.none() | DECIMALS,
    liquidation_price=st.none() | DECIMALS,
    stop=WRITABLE,
    stop_price=st.none() | DECIMALS,
    verdict=WRITABLE,
    kinds=st.just(()),
)


@ON_A_DATABASE
@given(alert=ALERTS)
def test_an_alert_comes_back_as_it_went_in(database: Database, alert: Alert) -> None:
    with database.write() as connection:
        connection.execute(sa.delete(ALERT))
        connection.execute(sa.insert(ALERT).values(alert_values(alert)))
        row = connection.execute(sa.select(ALERT)).one()

    assert alert_values(alert_of(row)) == alert_values(alert)
    assert alert_of(row).key == alert.key


@ON_A_DATABASE
@given(position=POSITIONS)
def test_a_position_comes_back_as_it_went_in(database: Database, position: PositionView) -> None:
    with database.write() as connection:
        records.save_positions(connection, "main", [position])
        row = connection.execute(sa.select(records.POSITION)).one()

    assert position_of(row, ()) == position


@pytest.mark.parametrize("number", ["0.123456789012345678", "1E+30", "-1E-8", "86", "1.10"])
def test_not_a_digit_of_a_quantity_is_lost(database: Database, number: str) -> None:
    with database.read() as connection:
        kept = connection.execute(sa.select(sa.literal(Decimal(number), ExactDecimal()))).scalar()

    assert str(kept) == number


def test_what_no_database_can_hold_is_replaced_and_not_refused(database: Database) -> None:
    with database.read() as connection:
        kept = connection.execute(sa.select(sa.literal("a\0b\ud800c", PlainText()))).scalar()

    assert kept == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    ("value", "column"),
    [
        (Decimal("NaN"), ExactDecimal()),
        (Decimal("Infinity"), ExactDecimal()),
        (0.1, ExactDecimal()),
        (datetime(2026, 1, 1), UtcTime()),  # noqa: DTZ001 - the naive time that must be refused
    ],
)
def test_what_is_not_exact_or_not_aware_is_refused(
    database: Database, value: Any, column: sa.types.TypeEngine[Any]
) -> None:
    with database.read() as connection, pytest.raises((ValueError, AssertionError, sa.exc.StatementError)):
        connection.execute(sa.select(sa.literal(value, column))).scalar()


def test_times_sort_as_times(database: Database) -> None:
    base = datetime(2026, 1, 1, tzinfo=UTC)
    times = [base + timedelta(microseconds=each) for each in (0, 1, 999_999, 1_000_000)]
    with database.read() as connection:
        for earlier, later in itertools.pairwise(times):
            less = sa.literal(earlier, UtcTime()) < sa.literal(later, UtcTime())
            assert connection.execute(sa.select(less)).scalar()
