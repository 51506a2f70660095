"""What must hold after every opening, whatever befell it."""

from decimal import Decimal

from tests.verification.faulty_steps import Fault
from tests.verification.opening_story import Story, fit
from verification.facts.leg import Side
from verification.facts.verdict import VerdictKind
from verification.opening.outcome import Closed, Exposed, Opened, Outcome, Refuted, RolledBack, Unknown


def check(story: Story) -> None:
    """Fail on the first promise that was broken."""
    _nothing_is_sent_twice(story)
    _exposure_is_never_more_than_intended(story)
    _no_side_was_guessed(story)
    _unknown_was_left_alone(story)
    _outcomes_are_true(story)
    if not story.reports:
        _all_is_well(story)
        assert not (story.venue.weather.wrong_way and story.venue.orders), (
            "a mismatch that nobody was told of"
        )
    assert all(outcome in story.reports for outcome in story.outcomes if outcome.critical)


def end_of(story: Story, kind: type[Outcome]) -> Outcome:
    """Return how it ended, after `check`; fail if it is not of that kind."""
    check(story)
    assert isinstance(story.outcome, kind), story.outcome
    return story.outcome


def _nothing_is_sent_twice(story: Story) -> None:
    """The entry never; a reduce-only order only if the books could not be written before a crash."""
    names = story.venue.sent_names
    if Fault.UNWRITTEN in story.venue.steps.befell:
        names = [name for name in names if "-" not in name]
    assert len(names) == len(set(names)), names


def _exposure_is_never_more_than_intended(story: Story) -> None:
    """43 never becomes 86, and never -43."""
    before = Decimal(story.venue.weather.held_before)
    wanted = story.intent.quantity
    for _, _, held in story.venue.history:
        if story.venue.weather.wrong_way:
            assert before - wanted <= held <= before, story.venue.history
        else:
            assert before <= held <= before + wanted, story.venue.history


def _no_side_was_guessed(story: Story) -> None:
    for side, _, held in story.venue.left:
        assert held == 0 or side is Side.closing(Decimal(held)), story.venue.left


def _unknown_was_left_alone(story: Story) -> None:
    opens = [each.verdict.kind for each in story.journal.verifications if each.asks == "open"]
    if opens and all(kind is VerdictKind.UNKNOWN for kind in opens):
        assert not story.venue.left
        assert story.reports


def _outcomes_are_true(story: Story) -> None:
    """An outcome that says that all is well says what is so."""
    venue = story.venue
    before = Decimal(venue.weather.held_before)
    for outcome in story.outcomes:
        match outcome:
            case Opened():
                assert venue.held - before == outcome.quantity or outcome.critical
                assert any(fit(stop, abs(outcome.quantity)) for stop in venue.stops.values())
            case RolledBack() | Closed() | Refuted():
                assert venue.held == before
            case Unknown() | Exposed():
                assert outcome in story.reports


def _all_is_well(story: Story) -> None:
    """Nobody was told anything, so books and venue agree, and what is held has its stop."""
    venue = story.venue
    ours = venue.held - Decimal(venue.weather.held_before)
    rows = list(story.journal.rows.values())
    assert len(rows) <= 1
    state = rows[0]["state"] if rows else "none"
    if state == "open":
        assert rows[0]["quantity"] == ours
        assert any(fit(stop, ours) for stop in venue.stops.values()), "held without a stop"
    else:
        assert state in {"none", "closed", "failed"}, state
        assert ours == 0, f"{ours} are held, and the books say {state}"
        assert not venue.stops, "a stop is left over"
