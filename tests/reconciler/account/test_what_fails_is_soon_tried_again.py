"""What has just failed is tried again soon, whatever else fails since long ago; what is told was tried."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.account.health import Health
from reconciler.facts.finding import FindingKey, Kind
from reconciler.sight.blindness import BlindnessSettings
from tests.reconciler.accounts import SYMBOL, at, reading, stream
from tests.reconciler.house import SWEEP_SECONDS, House, play
from tests.reconciler.sight.test_blindness_is_no_difference import taken_away
from verification.facts.account import Part
from verification.facts.errors import SourceError, SourceMalformed, SourceUnreachable
from verification.facts.leg import Leg

NO_ANSWER = SourceUnreachable("no answer")
CUT = SourceMalformed("not a list")
TRIED_THREE_TIMES = 20.0
"""Seconds that three tries take: 5 and 10 after the one before, and what judges them comes every 2."""


@pytest.mark.parametrize("part", list(Part))
def test_a_list_that_fails_beside_an_old_failure_is_told_as_early_as_one_alone(
    tmp_path: Path, part: Part
) -> None:
    async def story(house: House) -> None:
        await house.quiet(65)
        taken_away(tmp_path)
        await house.quiet(300)
        assert set(house.alerts()) == {Kind.LEDGER_UNREADABLE}
        house.venue.fail(part, error=NO_ANSWER)
        await house.until(
            lambda: Kind.SOURCE_DOWN in house.alerts(), within=SWEEP_SECONDS + TRIED_THREE_TIMES
        )

    play(tmp_path, story)


def test_looks_at_some_symbols_put_no_try_at_the_whole_off(tmp_path: Path) -> None:
    """Of the list of all orders they say nothing, so that only looks at everything are tries."""

    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(65)
        house.venue.fail(Part.CONDITIONAL_ORDERS, error=NO_ANSWER)
        await house.until(lambda: house.cycle().status == "partial", within=SWEEP_SECONDS + 1)
        began = house.clock.now().monotonic
        while house.clock.now().monotonic < began + TRIED_THREE_TIMES:
            house.unit.loop.mark((SYMBOL,))
            await house.quiet(1)
        whole = [moment for moment, symbols in house.venue.reads if moment >= began and symbols is None]
        assert len(whole) == 2
        assert Kind.SOURCE_DOWN in house.alerts()

    play(tmp_path, story)


class Looked:
    """What `Health` reads of a look at everything, or at one symbol."""

    def __init__(self, second: float, failures: dict[Part, SourceError], *, one: bool = False) -> None:
        self.symbols = frozenset({SYMBOL}) if one else None
        self.finished = at(second)
        self.ledgers: dict[str, object] = {}
        self.unreadable: dict[str, object] = {}
        self.reading = replace(reading((), second=second, symbols=self.symbols), failures=failures)


def told(second: float, *looks: Looked) -> set[FindingKey]:
    health = Health("main", BlindnessSettings())
    for look in looks:
        health.note_look(look)  # type: ignore[arg-type]
    findings = health.judge(stream(), at(second)).findings
    return {finding.identity for finding in findings if finding.kind is Kind.SOURCE_DOWN}


def down(what: str) -> FindingKey:
    return FindingKey(Kind.SOURCE_DOWN, "main", what, Leg.NET)


ALL_FAIL: dict[Part, SourceError] = dict.fromkeys(Part, NO_ANSWER)
OUTAGE = [Looked(second, ALL_FAIL) for second in (0, 5, 15, 30, 60, 90)]
ORDERS_FAIL: dict[Part, SourceError] = {Part.ORDERS: NO_ANSWER}


def test_what_failed_with_the_position_list_is_not_told_by_itself_before_it_fails_again() -> None:
    assert told(91, *OUTAGE) == {down("rest")}
    assert told(109, *OUTAGE, Looked(108, {}, one=True)) == set()
    assert told(114, *OUTAGE, Looked(108, {}, one=True), Looked(113, {})) == set()


def test_what_fails_again_after_the_position_list_was_read_is_told_with_all_its_failures() -> None:
    assert told(109, *OUTAGE, Looked(108, ORDERS_FAIL)) == {down("orders")}
    assert told(114, *OUTAGE, Looked(108, {}, one=True), Looked(113, ORDERS_FAIL)) == {down("orders")}


def test_what_failed_for_a_cause_of_its_own_is_told_on() -> None:
    two_causes = [Looked(second, {**ALL_FAIL, Part.ORDERS: CUT}) for second in (0, 5, 15)]
    assert told(16, *two_causes) == {down("rest"), down("orders")}
    assert told(20, *two_causes, Looked(19, {}, one=True)) == {down("orders")}
