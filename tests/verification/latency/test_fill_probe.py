"""Fills are measured from the moment the stream tells of them, within an allowance, and never wrongly."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.verification.drawn import KEY, OTHER_LEG, START, closing, opening, order, row
from tests.verification.scripted_venue import ScriptedVenue, held
from tests.virtual_time import VirtualClock, run
from verification.facts.clock import Moment, microseconds
from verification.facts.errors import SourceUnreachable
from verification.facts.observation import OrderSeen, PositionSeen, Source
from verification.latency.fill_probe import FillProbe, ProbeLimits
from verification.latency.sample import LatencySample, Measure
from verification.latency.venue_clock import VenueClock
from verification.venues.port import ClockOffset
from verification.venues.stream_state import StreamState

WS, ORDER, REST = Source.WEBSOCKET, Source.ORDER, Source.REST
FILL = 1.0
"""When the fill happens, in seconds of the story."""


class Probing:
    """A probe on a scripted venue whose clock is `skew` seconds ahead of ours."""

    def __init__(self, skew: float, limits: ProbeLimits | None) -> None:
        self.clock = VirtualClock()
        self.venue = ScriptedVenue(self.clock)
        self.skew = skew
        self.samples: list[LatencySample] = []
        self.venue.offset.answers = {0: ClockOffset(timedelta(seconds=skew), timedelta(milliseconds=1))}
        self.venue_clock = VenueClock(self.venue, self.clock)
        self.probe = FillProbe(
            self.venue,
            self.clock,
            self.venue_clock,
            rng=random.Random(1),
            on_sample=self.samples.append,
            limits=limits,
        )

    def dated(self, seconds: float) -> OrderSeen:
        """A fill of 43 of order 7 that happens after so many seconds."""
        return self.of_order(order(43, ended=True, client="c"), seconds)

    def of_order(self, seen: OrderSeen, seconds: float) -> OrderSeen:
        at = START + timedelta(seconds=seconds + self.skew)
        return replace(
            seen, status="closed", provenance=replace(seen.provenance, exchange_us=microseconds(at))
        )

    def position(self, quantity: int, version: int | None, seconds: float) -> PositionSeen:
        seen = row(quantity, version)
        at = START + timedelta(seconds=seconds + self.skew)
        return replace(seen, provenance=replace(seen.provenance, exchange_us=microseconds(at)))

    def filled(
        self, seconds: float = FILL, *, order_after: float = 0.008, position_after: float = 0.009
    ) -> None:
        """Have a fill happen, pushed some seconds later; its position has version 11."""
        self.venue.push_later(seconds + order_after, self.dated(seconds))
        self.venue.push_later(seconds + position_after, self.position(43, 11, seconds))

    @property
    def lags(self) -> dict[Source, float]:
        lags = [s for s in self.samples if s.measure is Measure.VISIBILITY_LAG]
        assert len({s.source for s in lags}) == len(lags), "one fill, one sample a source"
        return {s.source: s.milliseconds for s in lags}


def play(
    story: Callable[[Probing], Awaitable[None]], *, skew: float = 0, limits: ProbeLimits | None = None
) -> None:
    async def whole() -> None:
        probing = Probing(skew, limits)
        running = asyncio.create_task(probing.probe.run())
        try:
            await story(probing)
        finally:
            running.cancel()
            await asyncio.wait([running])
            probing.probe.close()
            await probing.venue.close()
        assert running.cancelled(), running.exception()
        await asyncio.sleep(0)
        assert not probing.venue.listeners

    run(whole())


def shows(probing: Probing, *, order_at: float = 0, list_at: float = 0) -> None:
    """The order is shown from one second on, in the list from another."""
    probing.venue.order.answers = {0: "not found", order_at: probing.dated(FILL)}
    probing.venue.positions.answers = {0: (), list_at: (held(KEY, 43, 11),)}


@pytest.mark.parametrize("skew", [-0.7, 0, 0.7])
@pytest.mark.parametrize("first", ["order", "position"])
def test_each_source_is_measured_at_its_own_lag_whatever_the_clocks_show(first: str, skew: float) -> None:
    async def story(probing: Probing) -> None:
        shows(probing, list_at=FILL + 3)
        probing.venue.order.takes = 0.112
        after = (0.008, 0.009) if first == "order" else (0.009, 0.008)
        probing.filled(order_after=after[0], position_after=after[1])
        await asyncio.sleep(20)
        lags = probing.lags
        assert lags[WS] == pytest.approx(8, abs=1.1)
        assert lags[ORDER] == pytest.approx(120, abs=1.1)
        assert 3000 <= lags[REST] <= 3000 * 1.25 + 20, "known to within a quarter, and the time of an answer"

    play(story, skew=skew)


def test_a_source_that_shows_it_at_once_is_measured_without_delay() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        probing.filled()
        await asyncio.sleep(5)
        assert probing.lags == {
            WS: pytest.approx(8, abs=0.1),
            ORDER: pytest.approx(18, abs=0.1),
            REST: pytest.approx(18, abs=0.1),
        }
        assert probing.venue.positions.asked_at == [pytest.approx(1.008)], "nobody is asked any more"
        requests = [s for s in probing.samples if s.measure is Measure.REQUEST_TIME]
        assert {s.source for s in requests} == {ORDER, REST}

    play(story)


def test_a_late_push_measures_the_stream_and_not_what_was_visible_long_before() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        probing.filled(order_after=2, position_after=2)
        await asyncio.sleep(5)
        assert probing.lags == {WS: pytest.approx(2000, abs=1)}

    play(story)


def test_a_late_push_still_measures_what_is_later() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL + 4)
        probing.filled(order_after=2, position_after=2)
        await asyncio.sleep(20)
        assert probing.lags == {WS: pytest.approx(2000, abs=1), REST: pytest.approx(4500, abs=520)}

    play(story)


def test_a_push_of_a_life_that_began_after_the_fill_is_no_lag_of_the_stream() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        probing.venue.live_since = Moment.at(START, FILL + 0.004)
        probing.filled()
        await asyncio.sleep(5)
        assert set(probing.lags) == {ORDER, REST}

    play(story)


def test_while_the_stream_is_not_live_its_pushes_are_not_measured() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        probing.venue.state = StreamState.CONNECTING
        probing.filled()
        await asyncio.sleep(5)
        assert set(probing.lags) == {ORDER, REST}

    play(story)


def test_without_the_venues_clock_only_request_times_are_sampled() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        probing.venue.offset.answers = {0: SourceUnreachable("down")}
        probing.filled()
        await asyncio.sleep(5)
        assert not probing.lags
        assert {s.source for s in probing.samples} == {ORDER, REST}

    play(story)


@pytest.mark.parametrize("first", ["order", "position"])
def test_a_leg_that_is_flat_is_not_looked_for_in_the_list(first: str) -> None:
    async def story(probing: Probing) -> None:
        probing.venue.order.answers = {0: probing.dated(FILL)}
        probing.venue.positions.answers = {0: ()}
        flat = probing.position(0, 11, FILL)
        after = (1.008, 1.008) if first == "order" else (1.008, 1.004)
        probing.venue.push_later(after[0], probing.dated(FILL))
        probing.venue.push_later(after[1], flat)
        await asyncio.sleep(60)
        assert probing.lags == {
            WS: pytest.approx(4 if first == "position" else 8, abs=0.1),
            ORDER: pytest.approx(18, abs=0.1),
        }
        assert not probing.venue.positions.asked_at

    play(story)


def test_an_older_row_of_the_leg_does_not_show_the_fill() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL)
        probing.venue.positions.answers = {0: (held(KEY, 40, 10),), 3: (held(KEY, 43, 11),)}
        probing.filled()
        await asyncio.sleep(20)
        assert probing.lags[REST] == pytest.approx(2000, rel=0.3)

    play(story)


def test_an_order_that_is_shown_as_executed_in_part_does_not_show_the_whole_fill() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, list_at=FILL)
        part = replace(probing.dated(FILL), executed=Decimal(20), status="open", terminal=False)
        probing.venue.order.answers = {0: order(0), FILL + 0.5: part, FILL + 2: probing.dated(FILL)}
        probing.filled()
        await asyncio.sleep(20)
        assert 2000 <= probing.lags[ORDER] <= 2000 * 1.3

    play(story)


def test_what_was_pushed_of_the_leg_before_the_fill_does_not_date_it() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL)
        probing.venue.positions.answers = {0: (held(KEY, 40, 10),), FILL + 3: (held(KEY, 43, 11),)}
        probing.venue.push_later(0.5, probing.position(40, 10, 0.49))
        probing.filled()
        await asyncio.sleep(20)
        assert probing.lags[WS] == pytest.approx(8, abs=0.1)
        assert probing.lags[REST] >= 3000

    play(story)


def test_a_push_that_repeats_the_leg_as_it_was_does_not_date_the_fill_whatever_its_time() -> None:
    """Bybit tells the position with every order that is taken in, filled or not yet."""

    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL)
        probing.venue.positions.answers = {0: (held(KEY, 40, 10),), FILL + 3: (held(KEY, 43, 11),)}
        probing.venue.push_later(0.2, probing.position(40, 10, 0.2))
        probing.venue.push_later(FILL + 0.001, probing.position(40, 10, FILL - 0.001))
        probing.filled()
        await asyncio.sleep(20)
        assert probing.lags[REST] >= 3000

    play(story)


def test_a_position_stamped_a_little_before_its_execution_dates_it_all_the_same() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        probing.venue.push_later(1.008, probing.dated(FILL), probing.position(43, 11, FILL - 0.015))
        await asyncio.sleep(20)
        assert set(probing.lags) == {WS, ORDER, REST}

    play(story)


def test_rows_without_a_version_are_of_no_known_time() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL)
        probing.venue.positions.answers = {0: (held(KEY, 43, None),)}
        probing.filled()
        await asyncio.sleep(300)
        assert set(probing.lags) == {WS, ORDER}
        assert len(probing.venue.positions.asked_at) == ProbeLimits().questions
        assert 20 < probing.venue.positions.asked_at[-1] < 60

    play(story)


def test_a_failing_source_is_let_alone_for_a_minute() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL)
        probing.venue.positions.answers = {0: SourceUnreachable("down")}
        probing.filled()
        await asyncio.sleep(30)
        assert set(probing.lags) == {WS, ORDER}
        assert len(probing.venue.positions.asked_at) == 1
        probing.venue.push(probing.of_order(order(1, order_id="8"), 31))
        assert not probing.probe.measures(opening(order_id="8"))
        assert probing.probe.heard(opening(order_id="8")), "who asks of it later measures himself"
        await asyncio.sleep(60)
        probing.venue.push(probing.of_order(order(1, order_id="9"), 91))
        assert probing.probe.measures(opening(order_id="9"))

    play(story)


def test_one_order_is_measured_once_however_often_it_executes() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        probing.filled()
        probing.venue.push_later(1.5, probing.dated(1.4))
        await asyncio.sleep(5)
        assert len(probing.venue.positions.asked_at) == 1
        assert probing.lags

    play(story)


NO_FILLS = {
    "nothing executed": order(0),
    "the end of an order": order(43, ended=True),
    "a conditional order": replace(order(43), conditional=True, status="closed"),
}


@pytest.mark.parametrize("seen", NO_FILLS.values(), ids=NO_FILLS.keys())
def test_what_is_no_execution_is_not_measured(seen: OrderSeen) -> None:
    async def story(probing: Probing) -> None:
        at = microseconds(START + timedelta(seconds=FILL))
        probing.venue.push_later(
            1.008,
            replace(seen, provenance=replace(seen.provenance, exchange_us=at)),
            order(43, order_id="9"),
        )
        await asyncio.sleep(5)
        assert not probing.samples
        assert not probing.venue.order.asked_at

    play(story)


def test_never_more_than_the_allowance_is_asked_in_a_minute() -> None:
    limits = ProbeLimits()

    async def story(probing: Probing) -> None:
        probing.venue.order.answers = {0: "not found"}
        probing.venue.positions.answers = {0: ()}
        for number in range(600):
            probing.venue.push_later(number, probing.of_order(order(1, order_id=str(number)), number))
        await asyncio.sleep(700)
        asked = [(at, limits.order_weight) for at in probing.venue.order.asked_at]
        asked += [(at, limits.list_weight) for at in probing.venue.positions.asked_at]
        assert asked
        for start, _ in asked:
            assert sum(weight for at, weight in asked if start <= at < start + 60) <= limits.weight
        taken = [n for n in range(600) if probing.probe.measures(opening(order_id=str(n)))]
        assert 10 <= len(taken) < 60

    play(story)


def test_the_allowance_is_free_again_when_a_fill_was_shown_soon() -> None:
    async def story(probing: Probing) -> None:
        for number in range(5):
            seen = probing.of_order(order(1, order_id=str(number)), number)
            probing.venue.order.answers[number] = seen
            probing.venue.positions.answers[number] = (held(KEY, 1, number),)
            probing.venue.push_later(number, probing.position(1, number, number), seen)
        await asyncio.sleep(60)
        assert all(probing.probe.measures(opening(order_id=str(number))) for number in range(5))

    play(story)


def test_a_question_is_known_by_the_order_it_asks_about() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        probing.filled()
        await asyncio.sleep(5)
        measures = probing.probe.measures
        assert measures(opening())
        assert measures(closing())
        assert measures(opening(order_id=None, client="c"))
        assert not measures(opening(order_id="8", client="c")), "the id counts while it is known"
        assert not measures(opening(order_id=None, client="d"))
        assert not measures(opening(order_id=None))
        heard = probing.probe.heard
        assert heard(opening())
        assert heard(opening(order_id=None, client="c"))
        assert not heard(opening(order_id="8", client="c"))
        assert not heard(opening(order_id=None))

    play(story)


def test_the_other_leg_dates_nothing() -> None:
    async def story(probing: Probing) -> None:
        shows(probing, order_at=FILL, list_at=FILL)
        other = replace(probing.position(43, 11, FILL), key=OTHER_LEG)
        probing.venue.push_later(1.008, probing.dated(FILL), other)
        await asyncio.sleep(60)
        assert set(probing.lags) == {WS, ORDER}

    play(story)
