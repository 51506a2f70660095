"""Only a stop that would act now protects, and a list that could not be read is not called one without it."""

from dataclasses import replace

import pytest
from typing_extensions import override

from tests.verification.opening_invariants import end_of
from tests.verification.opening_story import Cast, play, with_
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from verification.facts.account import AccountReading, Part
from verification.facts.errors import SourceUnreachable
from verification.opening.outcome import RolledBack


@pytest.mark.parametrize(
    ("bent", "word"), [({"triggered": True}, "will not act again"), ({"dormant": True}, "activation price")]
)
def test_a_stop_that_would_not_act_now_is_none(bent: dict[str, bool], word: str) -> None:
    story = play(Weather(bends_stop=with_(**bent)))
    rolled = end_of(story, RolledBack)
    assert word in rolled.reason
    assert not story.venue.stops


class StopsUnread(TrueVenue):
    """Once the entry is out the list of conditional orders cannot be read, and no stop is found by its id."""

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        reading = await super().read(symbols)
        if not self.sent_names:
            return reading
        failures = {Part.CONDITIONAL_ORDERS: SourceUnreachable("no answer in time")}
        return replace(reading, conditional_orders=None, failures=failures)


def test_a_list_that_could_not_be_read_is_told_as_that() -> None:
    story = play(cast=Cast(venue=StopsUnread))
    rolled = end_of(story, RolledBack)
    assert "could not be read: no answer in time" in rolled.reason
    assert "does not show" not in rolled.reason
