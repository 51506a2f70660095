"""What comes of an opening, one story each."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from typing_extensions import override

from tests.verification.drawn import KEY
from tests.verification.faulty_steps import Fault
from tests.verification.opening_invariants import end_of
from tests.verification.opening_story import BUY, STOP_PRICE, Cast, play, with_
from tests.verification.scripted_venue import held
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from verification.facts.account import AccountReading, PositionsReading, RestingOrder
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import LegKey, Side
from verification.facts.observation import OrderSeen, SourceSilent
from verification.facts.question import Question
from verification.facts.verdict import Grade, VerdictKind
from verification.facts.verification import Verification
from verification.opening.intent import Intent
from verification.opening.outcome import Exposed, Opened, Refuted, RolledBack, Unknown
from verification.race.stream_listener import StreamListener
from verification.race.verifier import Verifier

Bend = Callable[[RestingOrder], RestingOrder]
ALL_OR_NOTHING = replace(BUY, all_or_nothing=True)


def test_a_position_is_opened_with_its_stop() -> None:
    story = play()
    opened = end_of(story, Opened)
    assert isinstance(opened, Opened)
    assert opened.quantity == 43
    assert opened.stop.trigger_price == STOP_PRICE
    assert opened.stop.quantity == 43
    assert not opened.critical
    assert story.journal.rows[1]["state"] == "open"
    assert story.journal.rows[1]["stop_order_id"] == opened.stop.order_id


def test_the_incident_a_lagging_list_and_an_answer_that_was_lost_open_43_and_not_86() -> None:
    story = play(Weather(list_lag=3.2), named={"enter": Fault.LOST_AFTER})
    end_of(story, Opened)
    assert story.venue.held == 43


def test_an_entry_that_is_nowhere_to_be_found_is_unknown_and_left_alone() -> None:
    story = play(named={"enter": Fault.TOO_LATE})
    unknown = end_of(story, Unknown)
    assert unknown.critical
    assert story.reports == [unknown]
    assert story.venue.held == 43, "it executed after all, and nobody had sold it short before"
    assert story.journal.rows[1]["state"] == "opening"


class ShowsAnOldZero(TrueVenue):
    """Before the entry its list still shows the leg flat, as it was before a position opened just now."""

    @override
    async def read_positions(self) -> PositionsReading:
        reading = await super().read_positions()
        old = PositionsReading((held(KEY, 0, 0),), reading.sent, reading.received)
        return reading if self.sent_names else old


def test_what_a_lagging_list_hid_is_not_taken_for_the_entrys() -> None:
    """13 were held before, 30 of the entry executed: that the leg holds 43 is no word on the entry."""
    hidden = Weather(held_before=13, fills=30, entry_ends=False)
    opened = end_of(play(hidden, cast=Cast(venue=ShowsAnOldZero)), Opened)
    assert isinstance(opened, Opened)
    assert opened.quantity == 30
    assert opened.critical, "the entry works on, and a person knows"

    story = play(replace(hidden, refuses_stops=True), cast=Cast(venue=ShowsAnOldZero))
    end_of(story, Exposed)
    assert story.venue.held == 13, "only what the entry took was given back"


def test_a_refused_entry_is_dropped() -> None:
    story = play(named={"enter": Fault.REFUSED})
    refuted = end_of(story, Refuted)
    assert "refused" in refuted.reason
    assert story.journal.rows[1]["state"] == "failed"


def test_an_entry_that_ended_with_nothing_is_dropped() -> None:
    end_of(play(Weather(fills=0)), Refuted)


def test_a_partial_fill_is_protected_as_it_is() -> None:
    opened = end_of(play(Weather(fills=20)), Opened)
    assert isinstance(opened, Opened)
    assert opened.quantity == 20
    assert opened.stop.quantity == 20


def test_all_or_nothing_rolls_a_partial_fill_back() -> None:
    story = play(Weather(fills=20), intent=ALL_OR_NOTHING)
    end_of(story, RolledBack)
    assert story.venue.left == [(Side.SELL, 20, 20)]


def test_an_entry_that_works_on_is_covered_in_full_and_told() -> None:
    story = play(Weather(fills=20, entry_ends=False))
    opened = end_of(story, Opened)
    assert isinstance(opened, Opened)
    assert opened.quantity == 20
    assert opened.stop.quantity == 43
    assert "may execute more" in opened.concerns[0]
    assert story.reports == [opened]


def test_an_entry_that_works_on_and_cannot_be_protected_is_exposed() -> None:
    exposed = end_of(play(Weather(fills=20, entry_ends=False, refuses_stops=True)), Exposed)
    assert "may execute more" in exposed.reason


class FillsMeanwhile(TrueVenue):
    """Executes the rest of the entry while an exit is on its way."""

    @override
    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        entry = next(iter(self.orders.values()))
        self.orders[entry.name] = replace(entry, executed=entry.quantity, ended=True)
        self.move(entry.quantity - entry.executed)
        return await super().leave(key, side, quantity, client_order_id)


def test_what_an_exit_executed_closes_nothing_while_the_entry_may_execute_more() -> None:
    story = play(Weather(fills=20, entry_ends=False, refuses_stops=True), cast=Cast(venue=FillsMeanwhile))
    end_of(story, Exposed)
    assert story.venue.held == 23
    closes = [each for each in story.journal.verifications if each.asks == "close"]
    assert closes
    assert not [each.verdict.reason for each in closes if each.verdict.kind is VerdictKind.CONFIRMED]


def test_a_refused_stop_rolls_back_reduce_only_and_proves_it() -> None:
    story = play(Weather(refuses_stops=True, list_lag=3.2))
    rolled = end_of(story, RolledBack)
    assert not rolled.critical
    assert story.venue.left == [(Side.SELL, 43, 43)]
    assert story.journal.rows[1]["state"] == "failed", "nothing came of it: the sidecar watches its leg on"


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        (with_(side=Side.BUY), "would buy"),
        (with_(reduce_only=False), "not reduce-only"),
        (with_(quantity=Decimal(20)), "covers 20 of 43"),
        (with_(trigger_price=Decimal("0.08")), "at 0.08"),
        (with_(stop_loss=False, kind="take_profit_market"), "no stop loss"),
        (with_(leg="long"), "on AVL/USDT:USDT long"),
    ],
)
def test_a_stop_that_does_not_protect_is_no_stop(bend: Bend, said: str) -> None:
    story = play(Weather(bends_stop=bend))
    rolled = end_of(story, RolledBack)
    assert said in rolled.reason
    assert not story.venue.stops


def test_a_stop_that_closes_the_whole_position_covers_it() -> None:
    def whole(stop: RestingOrder) -> RestingOrder:
        return replace(stop, close_position=True, reduce_only=False, quantity=None)

    assert isinstance(play(Weather(bends_stop=whole)).outcome, Opened)


def test_a_lost_stop_that_rests_is_found_by_its_id() -> None:
    story = play(named={"stop": Fault.LOST_AFTER})
    end_of(story, Opened)
    assert len(story.venue.stops) == 1


class FirstLookFails(TrueVenue):
    """Cannot be asked for the stop at first."""

    looked = False

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        if self.stops and not self.looked:
            self.looked = True
            raise SourceUnreachable("down")
        return await super().read(symbols)


def test_a_stop_that_cannot_be_looked_for_is_looked_for_again() -> None:
    opened = end_of(play(cast=Cast(venue=FirstLookFails)), Opened)
    assert not opened.critical


def test_a_lost_stop_that_is_not_found_rolls_back_and_is_told() -> None:
    story = play(named={"stop": Fault.LOST_BEFORE})
    rolled = end_of(story, RolledBack)
    assert "see at the venue that no stop" in rolled.concerns[0]


def test_a_stop_that_fires_at_once_ends_flat() -> None:
    end_of(play(Weather(stop_fires=True)), RolledBack)


def test_a_stop_that_fired_at_once_was_the_exit_and_no_other_is_sent() -> None:
    story = play(Weather(stop_fires=True, held_before=13))
    end_of(story, RolledBack)
    assert story.venue.held == 13, "what others hold on the leg is theirs"
    assert not story.venue.left


def test_a_stop_that_fires_at_once_takes_nothing_else_with_it() -> None:
    story = play(Weather(stop_fires=True, held_before=13))
    end_of(story, RolledBack)
    assert story.venue.held == 13


def test_a_rollback_gives_back_what_it_took_and_nothing_else() -> None:
    story = play(Weather(refuses_stops=True, held_before=13))
    end_of(story, RolledBack)
    assert story.venue.held == 13


def test_every_verdict_is_written_down() -> None:
    story = play(Weather(refuses_stops=True, exit_fills=20))
    assert [each.asks for each in story.journal.verifications] == ["open", "close", "close", "close"]


def test_an_exit_in_pieces_is_repeated_for_the_rest() -> None:
    story = play(Weather(refuses_stops=True, exit_fills=20))
    end_of(story, RolledBack)
    assert [quantity for _, quantity, _ in story.venue.left] == [43, 23, 3]


def test_an_exit_in_pieces_is_repeated_soon_even_while_a_stop_may_rest() -> None:
    story = play(Weather(exit_fills=20), named={"stop": Fault.LOST_BEFORE})
    end_of(story, RolledBack)
    first, *_, last = (at for at, _, held in story.venue.history[1:] if held < 43)
    assert last - first < 6


def test_a_close_that_takes_long_is_told_while_it_goes_on_and_again_when_it_is_over() -> None:
    story = play(Weather(exit_fills=20, orders_hidden=8), named={"stop": Fault.LOST_BEFORE})
    rolled = end_of(story, RolledBack)
    early, *late = story.reports
    assert isinstance(early, Exposed)
    assert early.reason.endswith("not proved closed within 15 s, and still tried")
    assert early.quantity == 23, "the first exit has been proved meanwhile"
    assert late == [rolled]
    began = min(sent.at for sent in story.venue.orders.values() if sent.side is Side.SELL)
    assert story.reported_at[0] - began <= 15.1
    assert story.reported_at[1] - began > 20
    assert "its close was reported as not proved within 15 s" in rolled.concerns


def test_a_lost_exit_that_executed_is_proved() -> None:
    end_of(play(Weather(refuses_stops=True), named={"leave": Fault.LOST_AFTER}), RolledBack)


def test_a_lost_exit_is_not_sent_again() -> None:
    story = play(Weather(refuses_stops=True), named={"leave": Fault.LOST_BEFORE})
    exposed = end_of(story, Exposed)
    assert isinstance(exposed, Exposed)
    assert exposed.quantity == 43
    assert story.reports == [exposed]
    assert story.journal.rows[1]["state"] == "closing"
    assert story.venue.steps.history[0].count("leave") == 1


def test_refused_exits_are_tried_again_and_then_told() -> None:
    story = play(Weather(refuses_stops=True), named={"leave": Fault.REFUSED})
    end_of(story, Exposed)
    assert story.venue.steps.history[0].count("leave") == 3


def test_an_entry_that_would_reduce_is_not_sent() -> None:
    story = play(Weather(held_before=-20))
    refuted = end_of(story, Refuted)
    assert refuted.entry is None
    assert not story.venue.sent_names


def test_a_journal_that_cannot_be_written_stops_the_entry() -> None:
    story = play(named={"journal.opening": Fault.UNWRITTEN})
    assert story.unsent is not None
    assert not story.venue.sent_names


def test_a_journal_that_fails_later_does_not_cost_the_stop() -> None:
    story = play(named={f"journal.{step}": Fault.UNWRITTEN for step in ("ordered", "opened", "stop_placed")})
    opened = end_of(story, Opened)
    (concern,) = opened.concerns
    assert concern.startswith("the journal does not hold what was done (the disk is full): it is behind by 5")
    assert story.reports[-1] == opened


def test_an_exit_that_could_not_be_announced_is_not_taken_for_the_entry() -> None:
    story = play(Weather(refuses_stops=True), named={"journal.closing": Fault.UNWRITTEN})
    rolled = end_of(story, RolledBack)
    assert rolled.critical
    entry = story.journal.rows[1]
    assert entry["entry_order_id"] == story.venue.orders[entry["entry_client_id"]].order_id


class AssumesByLag(Verifier):
    """Knows nothing for sure."""

    @override
    async def verify(self, question: Question, watch: StreamListener | None = None) -> Verification:
        proved = await super().verify(question, watch)
        verdict = msgspec.structs.replace(proved.verdict, grade=Grade.BOUNDED_LAG)
        return msgspec.structs.replace(proved, verdict=verdict)


def test_what_rests_on_an_assumption_about_lags_is_never_traded_on() -> None:
    exposed = end_of(play(Weather(refuses_stops=True), cast=Cast(verifier=AssumesByLag)), Exposed)
    assert "assumption about lags" in exposed.reason


class SlowExits(TrueVenue):
    """Says of an exit first that it works, and has executed nothing."""

    @override
    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        seen = await super().read_order(key, order_id=order_id, client_order_id=client_order_id)
        if isinstance(seen, OrderSeen) and "-x" in (seen.client_order_id or "") and self._asked_early():
            return msgspec.structs.replace(seen, executed=Decimal(0), terminal=False, trades_agree=None)
        return seen

    def _asked_early(self) -> bool:
        return self.clock.now().monotonic < self.history[-1][0] + 0.2


@pytest.mark.parametrize("intent", [BUY, replace(BUY, side=Side.SELL)], ids=["long", "short"])
def test_an_exit_that_takes_its_time_beside_what_others_hold_is_proved_all_the_same(intent: Intent) -> None:
    held_before = 13 * intent.side.sign
    weather = Weather(refuses_stops=True, held_before=held_before)
    story = play(weather, intent=intent, cast=Cast(venue=SlowExits))
    assert isinstance(story.outcome, RolledBack), story.outcome
    assert story.venue.held == held_before


class HangsOnStops(TrueVenue):
    """Does not answer what became of a stop."""

    @override
    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        if client_order_id is not None and client_order_id.endswith("-s"):
            await self.clock.sleep(1e6)
        return await super().read_order(key, order_id=order_id, client_order_id=client_order_id)


def test_a_stop_of_which_nobody_says_what_became_of_it_is_told_and_the_rest_carried_through() -> None:
    named = {"stop": Fault.LOST_BEFORE, "withdraw": Fault.LOST_BEFORE}
    rolled_back = end_of(play(named=named, cast=Cast(venue=HangsOnStops)), RolledBack)
    assert "it could not be cancelled" in rolled_back.concerns[-1]


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        (replace(BUY, quantity=Decimal("43.5")), "lots of 1"),
        (replace(BUY, quantity=Decimal(-43)), "positive"),
        (replace(BUY, stop_price=Decimal(0)), "above zero"),
        (replace(BUY, symbol="AVLUSDT"), "as ccxt does"),
    ],
)
def test_an_intent_that_cannot_be_meant_is_refused_in_words(intent: Intent, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        play(intent=intent)


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, "0.1801"), (Side.SELL, "0.1800")])
def test_a_stop_between_two_ticks_goes_nearer_to_the_entry(side: Side, price: str) -> None:
    story = play(intent=replace(BUY, side=side, stop_price=Decimal("0.18005")))
    assert isinstance(story.outcome, Opened)
    assert story.outcome.stop.trigger_price == Decimal(price)
