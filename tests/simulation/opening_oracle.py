"""What must hold of every opening: held with its stop, or closed, or a person knows."""

from collections.abc import Iterator

from tests.simulation.opening_episode import OpeningEpisode
from tests.simulation.oracle import Violation
from tests.simulation.truth import TrueOrder
from tests.verification.faulty_steps import Fault
from verification.facts.leg import LegKey
from verification.opening.outcome import Opened, Outcome

LONGEST = 125.0
"""Seconds of two on one leg: each has ten to prove the entry, ten to look for the stop, three closes with
their pauses, and ten to see the stop withdrawn."""


def opening_violations(episode: OpeningEpisode) -> list[Violation]:
    """Return every promise that a world broke."""
    found = [Violation("nothing is left behind", what) for what in episode.broken]
    for promise, check in CHECKS.items():
        found += [Violation(promise, what) for what in check(episode)]
    return found


def _sent_once(episode: OpeningEpisode) -> Iterator[str]:
    names = episode.venue.sent
    if Fault.UNWRITTEN in _struck(episode):
        names = [name for name in names if "-" not in name]
    yield from (f"{name} was sent twice" for name in sorted(set(names)) if names.count(name) > 1)
    written = {row["entry_client_id"] for row in episode.journal.rows.values()}
    yield from (f"{name} is not in the books" for name in names if name.split("-")[0] not in written)


def _struck(episode: OpeningEpisode) -> set[Fault]:
    lives = episode.plan.lives
    return {fault for numbered, named in lives for fault in (*numbered.values(), *named.values())}


def _never_more_than_intended(episode: OpeningEpisode) -> Iterator[str]:
    told = {episode.journal.rows[each.entry]["entry_client_id"] for each in episode.reports if each.entry}
    for entry, went in episode.exposure.items():
        order = episode.venue._find(None, entry)
        if order is None:
            continue
        if entry in told and _shared(episode, order):
            continue  # a stop that fired unseen and an exit may both close: for others too, and it is told
        low, high = sorted((0, order.sign * order.quantity))
        if min(went) < low or max(went) > high:
            yield f"{entry} of {high or low} was {min(went)}..{max(went)}"


def _shared(episode: OpeningEpisode, order: TrueOrder) -> bool:
    """True if the leg held anything beside what this entry did."""
    world = episode.plan.world
    others = any(key == order.key for _, key, _ in (*world.past, *world.strangers))
    return others or sum(wish.key == order.key for wish in episode.plan.wishes) > 1


def _sides(episode: OpeningEpisode) -> Iterator[str]:
    for name, side, held in episode.venue.exits:
        entry = episode.venue._find(None, name.split("-")[0])
        done = entry.now.executed if entry is not None else 0
        if done * side.sign >= 0:
            yield f"exit {name} goes {side}, the entry had executed {done}, the leg held {held}"


def _outcomes(episode: OpeningEpisode) -> Iterator[str]:
    for took, outcome in episode.outcomes:
        if took > LONGEST:
            yield f"{type(outcome).__name__} after {took:.1f} s"
        if outcome.critical and outcome not in episode.reports:
            yield f"nobody was told: {outcome.reason}"


def _legs(episode: OpeningEpisode) -> dict[int, LegKey]:
    """Return the leg of each entry that the venue knows."""
    found = {
        number: episode.venue._find(None, row["entry_client_id"])
        for number, row in episode.journal.rows.items()
    }
    return {number: order.key for number, order in found.items() if order is not None}


def _last(episode: OpeningEpisode) -> dict[int, Outcome]:
    """Return the last outcome of each entry."""
    return {each.entry: each for _, each in episode.outcomes if each.entry is not None}


def _atomic(episode: OpeningEpisode) -> Iterator[str]:
    """At the end of the world each entry is protected, undone or never was; or somebody was told."""
    told = {each.entry for each in episode.reports}
    legs_told = {key for number, key in _legs(episode).items() if number in told}
    last = _last(episode)
    for number, row in episode.journal.rows.items():
        if number in told:
            continue
        outcome, name = last.get(number), row["entry_client_id"]
        ours, stops = episode.ours(name), _stops(episode, name)
        resting = [stop for stop in stops if not stop.now.ended]
        cover = sum(stop.quantity for stop in resting)
        fired = any(stop.now.executed for stop in stops)
        if isinstance(outcome, Opened) and row["state"] != "open":
            outcome = None  # a later life left it, and was killed before it could say so (seed 55944)
        said = row["state"] if outcome is None else type(outcome).__name__.lower()
        if isinstance(outcome, Opened) and not fired:
            if ours != outcome.quantity:
                yield f"opened {outcome.quantity}, but {ours} are held"
            # A later entry that executed the wrong way round turns the leg over, and the venue takes the
            # earlier one's stop with it. A person was told of that leg (seed 98588).
            guard = sum(stop.quantity for stop in resting if stop.sign * ours < 0)
            if guard < abs(ours) and _legs(episode).get(number) not in legs_told:
                yield f"opened, and {ours} are held with a stop for {guard}"
            if len(resting) > 1:
                yield f"{len(resting)} stops rest"
        left = _left(episode, number)
        if said in {"rolledback", "closed", "refuted", "failed"} and (left or cover):
            yield f"{said}, but {left} are held, and a stop rests for {cover}"
        if said in {"unknown", "exposed", "opening", "closing"} and (ours or cover):
            yield f"{said}, {ours} are held, a stop rests for {cover}, and nobody was told"


def _stops(episode: OpeningEpisode, entry: str) -> list[TrueOrder]:
    """Return the stops of an entry that the venue knows: the first, and those that took its place."""
    orders = episode.venue.truth.orders.values()
    return [order for order in orders if order.client_id.startswith(f"{entry}-s")]


def _left(episode: OpeningEpisode, number: int) -> int:
    """Return what is left of an entry: signed contracts.

    A stop whose answer was lost may reach the venue after its opening was undone, and then it closes what a
    later entry holds (seed 246564). A person was told of that leg; once the leg was flat nothing is left of
    any, whoever trades it after that (seed 839892).
    """
    name, legs = episode.journal.rows[number]["entry_client_id"], _legs(episode)
    key = legs.get(number)
    told = {legs.get(each.entry) for each in episode.reports if each.entry not in {None, number}}
    return 0 if key in told and _flat_since(episode, name) else episode.ours(name)


def _flat_since(episode: OpeningEpisode, entry: str) -> bool:
    """True if the leg was truly flat once the last order of an entry had executed, or later."""
    truth = episode.venue.truth
    orders = [order for order in truth.orders.values() if order.client_id.split("-")[0] == entry]
    last = max((at for order in orders for at, _ in order.fills), default=None)
    if last is None:
        return False
    key = orders[0].key
    return 0 in {truth.held_at(key, last).quantity, *(s.quantity for s in truth.legs[key] if s.at > last)}


def _books(episode: OpeningEpisode) -> Iterator[str]:
    """With nobody told, the books say what is so."""
    told = {each.entry for each in episode.reports}
    for number, row in episode.journal.rows.items():
        if number in told or number not in _last(episode):
            continue
        state, left = row["state"], _left(episode, number)
        if state in {"opening", "closing"}:
            yield f"the books still say {state}"
        if state in {"closed", "failed"} and left:
            yield f"{left} are held, and the books say {state}"


CHECKS = {
    "nothing is sent twice": _sent_once,
    "never more than was intended": _never_more_than_intended,
    "no side is guessed": _sides,
    "every outcome is told in time": _outcomes,
    "protected, undone, or a person knows": _atomic,
    "the books say what is so": _books,
}
