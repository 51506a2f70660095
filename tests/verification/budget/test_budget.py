"""What may be sent within our part of a venue's limit: never more, the urgent first, nobody starved."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from verification.budget.counter import CEILINGS, PROMISED_SECONDS, Asked, Budget, Fit
from verification.budget.purpose import Purpose, SharedPurpose, present_purpose, proving, sharing
from verification.budget.rates import Limit

BINANCE = Limit(2400, 60.0)
GOES = {Fit.YES, Fit.KEPT}
EXAMPLES = settings(max_examples=150, derandomize=True, database=None, deadline=None)
HELD_BACK = [purpose for purpose in Purpose if not purpose.trades]
KEPT = [purpose for purpose in Purpose if purpose.kept_to_our_part]


def asked(weight: float, purpose: Purpose, account: str = "main") -> Asked:
    return Asked(weight, purpose, account)


def send(budget: Budget, each: Asked, now: float, accounts: int = 1) -> bool:
    goes = budget.fit(each, now, accounts) in GOES
    if goes:
        budget.count(each, now)
    return goes


def fill(budget: Budget, each: Asked, now: float = 0.0, accounts: int = 1) -> float:
    """Send as many of a request as fit; return their weight."""
    sent = 0.0
    while send(budget, each, now, accounts):
        sent += each.weight
    return sent


requests = st.tuples(
    st.floats(0, 40),
    st.sampled_from([0.333, 1.0, 5.0, 12.0, 30.0, 40.0]),
    st.sampled_from(KEPT),
    st.sampled_from(["one", "two", "three"]),
)


@EXAMPLES
@given(st.lists(requests, max_size=150), st.floats(-1e9, 1e9))
@example([(0.0, 40.0, Purpose.COMMAND, "one")] * 13, 0.0)
def test_no_minute_ever_holds_more_than_a_fifth_of_the_limit(
    plan: list[tuple[float, float, Purpose, str]], start: float
) -> None:
    budget, now = Budget(BINANCE), start
    sent: list[tuple[float, float]] = []
    for pause, weight, purpose, account in plan:
        now += pause
        if send(budget, asked(weight, purpose, account), now, 3):
            sent.append((now, weight))
    for begins, _ in sent:
        within = sum(weight for at, weight in sent if begins <= at < begins + 60)
        assert within <= 2400 / 5 + 1e-6


@EXAMPLES
@given(st.lists(requests, max_size=150))
def test_a_whole_sweep_of_an_account_fits_into_every_minute_whatever_else_was_asked(
    plan: list[tuple[float, float, Purpose, str]],
) -> None:
    budget, now = Budget(BINANCE), 0.0
    for pause, weight, purpose, account in plan:
        if purpose is not Purpose.SWEEP and purpose is not Purpose.COMMAND:
            now += pause
            send(budget, asked(weight, purpose, account), now, 3)
    for weight in (5, 40, 40, 12):
        assert send(budget, asked(weight, Purpose.SWEEP), now, 3)


events = st.one_of(
    requests,
    st.tuples(st.floats(0, 40), st.floats(0, 2400)),  # what the venue says that everybody has used
)


def _befall(budget: Budget, event: tuple[object, ...], now: float) -> None:
    match event:
        case (_, float(weight), Purpose() as purpose, str(account)):
            send(budget, asked(weight, purpose, account), now, 3)
        case (_, float(used)):
            budget.told(used, now)
        case _:
            raise AssertionError(f"no such event: {event}")


@EXAMPLES
@given(
    st.lists(events, max_size=60),
    requests,
    st.lists(events, max_size=30),
    st.floats(0.1, 30),
    st.sampled_from([1.0, 0.5]),
)
@example([(0.0, 40.0, Purpose.COMMAND, "one")] * 13, (0.0, 5.0, Purpose.LOOK, "two"), [], 5.0, 1.0)
def test_what_is_said_not_to_fit_in_time_does_not_whatever_comes_meanwhile(
    before: list[tuple[float, ...]],
    wish: tuple[float, float, Purpose, str],
    after: list[tuple[float, ...]],
    seconds: float,
    part: float,
) -> None:
    budget, now = Budget(BINANCE), 0.0
    budget.share(part, ["one", "two", "three"])
    for event in before:
        now += event[0] / 4
        _befall(budget, event, now)
    _, weight, purpose, account = wish
    wanted = asked(weight, purpose, account)
    if budget.could_fit(wanted, now, seconds, 3):
        return
    assert budget.fit(wanted, now, 3) not in GOES
    end = now + seconds
    for event in after:
        now += event[0] / 20
        if now > end:
            break
        _befall(budget, event, now)
        assert budget.fit(wanted, now, 3) not in GOES
    assert budget.fit(wanted, end, 3) not in GOES


def test_each_purpose_leaves_room_for_those_that_come_before_it() -> None:
    had = {purpose: fill(Budget(BINANCE), asked(1, purpose)) for purpose in KEPT}
    assert had == {
        Purpose.MEASUREMENT: 240,
        Purpose.SWEEP: 360,
        Purpose.LOOK: 297,
        Purpose.STREAM: 264,
        Purpose.VERIFICATION: 278,
        Purpose.PROOF: 240,
        Purpose.COMMAND: 480,
    }
    budget = Budget(BINANCE)
    for purpose in (Purpose.MEASUREMENT, Purpose.SWEEP, Purpose.LOOK):
        fill(budget, asked(1, purpose))
    assert fill(budget, asked(1, Purpose.VERIFICATION)) >= 38
    crowd = Budget(BINANCE)
    for purpose in (Purpose.VERIFICATION, Purpose.MEASUREMENT):
        fill(crowd, asked(1, purpose))
    assert fill(crowd, asked(1, Purpose.LOOK)) >= 57
    assert fill(crowd, asked(6, Purpose.STREAM)) >= 18, "a stream that ended is connected again"


def test_what_trades_is_counted_and_never_held_back() -> None:
    budget = Budget(BINANCE)
    for purpose in (Purpose.ENTRY, Purpose.PROTECTION):
        assert fill_some(budget, asked(4, purpose), 1000) == 1000
    assert budget.spent(0) == 8000
    assert budget.fit(asked(1, Purpose.COMMAND), 0) is Fit.FULL


def test_an_opening_is_not_kept_to_our_part_but_leaves_the_bot_a_rest_of_the_limit() -> None:
    """For want of a fifth a good position would be rolled back: its stop was not seen to rest."""
    budget = Budget(BINANCE)
    fill(budget, asked(1, Purpose.COMMAND))
    assert not send(budget, asked(1, Purpose.VERIFICATION), 0.0)
    assert fill(budget, asked(7, Purpose.OPENING)) == 7 * ((2400 * 0.95 - 480) // 7)
    told = Budget(BINANCE)
    told.told(2400 * 0.95, 0.0)
    assert told.fit(asked(1, Purpose.OPENING), 0.0) is Fit.FULL


def fill_some(budget: Budget, each: Asked, times: int) -> int:
    return sum(send(budget, each, 0.0) for _ in range(times))


@pytest.mark.parametrize("purpose", HELD_BACK)
def test_the_venues_word_on_the_whole_address_is_believed_where_it_is_higher(purpose: Purpose) -> None:
    """The bot's own requests are in it: near the limit we ask nothing any more, the least urgent first."""
    ceiling = 2400 * CEILINGS[purpose]
    budget = Budget(BINANCE)
    budget.told(ceiling - 5, 0.0)
    assert send(budget, asked(5, purpose), 1.0)
    assert not send(budget, asked(1, purpose), 2.0), "what was sent since then is added to it"
    assert not send(budget, asked(1, purpose), 59.9)
    assert send(budget, asked(1, purpose), 60.0), "by then it is of another minute"
    lower = Budget(BINANCE)
    fill(lower, asked(1, purpose))
    lower.told(1, 0.0)
    assert not send(lower, asked(1, purpose), 0.0), "a word that is lower than our own count frees nothing"


def test_near_the_limit_only_what_is_most_urgent_is_asked() -> None:
    budget = Budget(BINANCE)
    budget.told(2400 * 0.8, 0.0)
    goes = {purpose for purpose in HELD_BACK if budget.fit(asked(1, purpose), 0.0) in GOES}
    assert goes == {
        Purpose.STREAM,
        Purpose.VERIFICATION,
        Purpose.PROOF,
        Purpose.COMMAND,
        Purpose.OPENING,
    }


@EXAMPLES
@given(st.integers(2, 8), st.sampled_from([Purpose.VERIFICATION, Purpose.LOOK, Purpose.MEASUREMENT]))
def test_no_account_takes_the_turn_of_another(accounts: int, purpose: Purpose) -> None:
    budget = Budget(BINANCE)
    fill(budget, asked(1, purpose, "busy"), accounts=accounts)
    assert send(budget, asked(1, purpose, "quiet"), 0.0, accounts)


def test_it_tells_when_a_request_fits() -> None:
    budget = Budget(BINANCE)
    budget.count(asked(200, Purpose.LOOK), 0.0)
    budget.count(asked(200, Purpose.LOOK), 20.0)
    wanted = asked(40, Purpose.LOOK)
    assert budget.fit(wanted, 30.0) is Fit.FULL
    assert budget.when(wanted, 30.0) == pytest.approx(30.0)
    assert budget.changes(30.0) == pytest.approx(30.0)
    assert budget.fit(wanted, 60.0) in GOES


def test_a_request_heavier_than_our_whole_part_goes_where_we_have_asked_nothing() -> None:
    budget = Budget(Limit(100, 60.0))
    assert send(budget, asked(25, Purpose.SWEEP), 0.0)
    assert not send(budget, asked(25, Purpose.SWEEP), 59.0)
    assert send(budget, asked(25, Purpose.SWEEP), 60.0)


def test_of_a_crowd_of_verifications_orders_are_asked_for_when_no_list_fits_any_more() -> None:
    budget = Budget(BINANCE)
    fill(budget, asked(5, Purpose.VERIFICATION))
    assert budget.fit(asked(5, Purpose.VERIFICATION), 0.0) is Fit.CAPPED
    assert fill(budget, asked(1, Purpose.VERIFICATION)) >= 100


def test_the_trades_that_prove_an_end_are_asked_for_when_no_list_fits_any_more() -> None:
    budget = Budget(BINANCE)
    fill(budget, asked(5, Purpose.VERIFICATION))
    assert budget.fit(asked(5, Purpose.VERIFICATION), 0.0) is Fit.CAPPED
    assert fill(budget, asked(5, Purpose.PROOF)) >= 60


def test_what_a_verification_asks_to_prove_an_end_is_a_proof_and_all_else_stays_what_it_is() -> None:
    found = {}
    for purpose in (Purpose.MEASUREMENT, Purpose.LOOK, Purpose.VERIFICATION, Purpose.OPENING):
        with sharing(SharedPurpose(purpose)), proving():
            found[purpose] = present_purpose()
    assert found == {
        Purpose.MEASUREMENT: Purpose.MEASUREMENT,
        Purpose.LOOK: Purpose.LOOK,
        Purpose.VERIFICATION: Purpose.PROOF,
        Purpose.OPENING: Purpose.OPENING,
    }


def test_nothing_is_measured_in_a_busy_minute() -> None:
    budget = Budget(BINANCE)
    budget.count(asked(288, Purpose.SWEEP), 0.0)
    assert budget.fit(asked(1, Purpose.MEASUREMENT), 0.0) is Fit.FULL
    assert budget.fit(asked(1, Purpose.LOOK), 0.0) in GOES


def test_room_that_was_promised_is_left_free_by_what_is_no_more_urgent_until_it_is_used_or_over() -> None:
    budget = Budget(BINANCE)
    for _ in range(2):
        assert send(budget, asked(85, Purpose.LOOK, "other"), 0)
    look = asked(85, Purpose.LOOK)
    assert budget.fit(look, 0) is Fit.YES
    budget.promise(look, 0)
    assert budget.fit(asked(85, Purpose.LOOK, "other"), 0) is Fit.FULL
    assert budget.fit(asked(30, Purpose.VERIFICATION, "other"), 0) in {Fit.YES, Fit.KEPT}
    assert budget.changes(0) == PROMISED_SECONDS
    for weight in (5, 40, 40):
        assert send(budget, asked(weight, Purpose.LOOK), 0)
    assert budget.changes(0) == 60, "what was promised is used, and nothing is left free any more"


def test_room_that_was_promised_and_is_not_used_is_free_again_soon() -> None:
    budget = Budget(BINANCE)
    budget.promise(asked(400, Purpose.LOOK), 0)
    assert budget.fit(asked(85, Purpose.LOOK, "other"), 1) is Fit.FULL
    assert budget.fit(asked(85, Purpose.LOOK, "other"), PROMISED_SECONDS) is Fit.YES
