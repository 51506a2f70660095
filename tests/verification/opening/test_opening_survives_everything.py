"""Every step of an opening meets every fault, and every pair of crashes: no promise is broken."""

import itertools

import pytest

from tests.verification.faulty_steps import CRASHES, OF_JOURNAL, Fault, of_step
from tests.verification.opening_invariants import check
from tests.verification.opening_story import play, with_
from tests.verification.weather import Weather

WEATHERS = {
    "fair": Weather(),
    "the list lags": Weather(list_lag=3.2),
    "the stream is silent": Weather(silent_stream=True, list_lag=2.0),
    "orders are hidden": Weather(orders_hidden=2.0, list_lag=3.0),
    "something is held": Weather(held_before=13),
    "partial": Weather(fills=20),
    "nothing executes": Weather(fills=0),
    "stops are refused": Weather(refuses_stops=True),
    "stops are refused, the list lags": Weather(refuses_stops=True, list_lag=3.2),
    "stops are refused, something is held": Weather(refuses_stops=True, held_before=13),
    "the stop is bent": Weather(bends_stop=with_(reduce_only=False)),
    "the stop fires at once": Weather(stop_fires=True),
    "exits in pieces": Weather(refuses_stops=True, exit_fills=30),
    "the wrong way": Weather(wrong_way=True),
    "nothing can be read": Weather(unreadable=True),
}


def steps_of(weather: Weather) -> list[str]:
    return list(play(weather).venue.steps.history[0])


@pytest.mark.parametrize("name", WEATHERS)
def test_every_step_meets_every_fault(name: str) -> None:
    weather = WEATHERS[name]
    check(play(weather))
    for number, step in enumerate(steps_of(weather)):
        for fault in of_step(step):
            story = play(weather, {number: fault})
            try:
                check(story)
            except AssertionError as error:
                raise AssertionError(f"{name}: step {number} {step}: {fault}") from error


@pytest.mark.parametrize("name", ["fair", "stops are refused", "partial", "the wrong way"])
def test_every_pair_of_crashes_is_recovered_from(name: str) -> None:
    weather = WEATHERS[name]
    for number, step in enumerate(steps_of(weather)):
        for fault in _crashes(step):
            first = play(weather, {number: fault})
            again = first.venue.steps.history[1] if len(first.venue.steps.history) > 1 else []
            for second, other in enumerate(again):
                for second_fault in _crashes(other):
                    story = play(weather, {number: fault}, {second: second_fault})
                    try:
                        check(story)
                    except AssertionError as error:
                        where = f"{name}: {number} {step}: {fault}, then {second} {other}: {second_fault}"
                        raise AssertionError(where) from error


@pytest.mark.parametrize("name", ["fair", "stops are refused", "something is held"])
def test_every_pair_of_faults_in_one_life(name: str) -> None:
    weather = WEATHERS[name]
    for number, step in enumerate(steps_of(weather)):
        for fault in set(of_step(step)) - set(CRASHES):
            steps = play(weather, {number: fault}).venue.steps.history[0]
            for later, other in itertools.islice(enumerate(steps), number + 1, None):
                for second in of_step(other):
                    story = play(weather, {number: fault, later: second})
                    try:
                        check(story)
                    except AssertionError as error:
                        where = f"{name}: {number} {step}: {fault}, and {later} {other}: {second}"
                        raise AssertionError(where) from error


def _crashes(step: str) -> list[Fault]:
    return [fault for fault in (OF_JOURNAL if step.startswith("journal.") else CRASHES) if fault in CRASHES]
