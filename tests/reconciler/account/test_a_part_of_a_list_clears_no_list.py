"""That the orders of some symbols can be read is no word on the list of all orders."""

from dataclasses import replace

from reconciler.account.health import Health
from reconciler.facts.finding import FindingKey, Kind
from reconciler.sight.blindness import BlindnessSettings
from tests.reconciler.accounts import SYMBOL, at, reading, stream
from verification.facts.account import Part
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import Leg

ORDERS = FindingKey(Kind.SOURCE_DOWN, "main", "orders", Leg.NET)
POSITIONS = FindingKey(Kind.SOURCE_DOWN, "main", "rest", Leg.NET)


class Looked:
    """What `Health` reads of a look."""

    def __init__(
        self, second: float, symbols: frozenset[str] | None, failed: Part | None, *, unlisted: bool = False
    ) -> None:
        self.symbols = symbols
        self.finished = at(second)
        self.ledgers: dict[str, object] = {}
        self.unreadable: dict[str, object] = {}
        failures = {failed: SourceUnreachable("no answer")} if failed is not None else {}
        nameless = symbols if unlisted and symbols is not None else frozenset()
        self.reading = replace(
            reading((), second=second, symbols=symbols), failures=failures, unlisted=nameless
        )


def seen(*looks: Looked) -> Health:
    health = Health("main", BlindnessSettings())
    for look in looks:
        health.note_look(look)  # type: ignore[arg-type]
    return health


ONE = frozenset({SYMBOL})


def well(health: Health, key: FindingKey) -> bool:
    return key in health.judge(stream(), at(100)).well


def test_a_targeted_look_ends_no_failure_of_the_whole_list() -> None:
    health = seen(Looked(1, None, Part.ORDERS), Looked(2, ONE, None))
    assert not well(health, ORDERS)
    assert well(health, POSITIONS), "the position list is always read whole"
    health.note_look(Looked(30, None, None))  # type: ignore[arg-type]
    assert well(health, ORDERS)


def test_failures_of_whole_looks_count_on_whatever_targeted_looks_show() -> None:
    health = seen(*(Looked(n, ONE if n % 2 else None, None if n % 2 else Part.ORDERS) for n in range(6)))
    told = [each.identity for each in health.judge(stream(), at(10)).findings]
    assert told == [ORDERS]


def test_a_failure_of_a_targeted_look_is_ended_by_the_next() -> None:
    assert well(seen(Looked(1, ONE, Part.ORDERS), Looked(2, ONE, None)), ORDERS)


def test_a_look_that_asked_for_no_orders_shows_none() -> None:
    """Symbols that the venue does not list are not asked about."""
    assert not well(seen(Looked(1, ONE, Part.ORDERS), Looked(2, ONE, None, unlisted=True)), ORDERS)
