"""A position without the stop that its bot keeps at the exchange, or with one that does not cover it."""

from collections.abc import Sequence

from reconciler.facts.finding import Evidence, Kind, Party
from reconciler.facts.wording import clock
from reconciler.kinds.form.confirmation import Grace, Lasting
from reconciler.kinds.form.leg_words import LegWords
from reconciler.kinds.form.resolution import Gone, LegState, NotKnown, Resolution
from reconciler.kinds.form.severity import ALWAYS_CRITICAL
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Milder, Told

PARTLY = KindWords(
    Told("Stop too small", "has a stop that does not cover it"),
    Told("Stop was too small", "had a stop that did not cover it"),
)


def _some_stop_rests(evidence: Sequence[Evidence]) -> bool:
    """One that is not covered in full is not one without any stop: no more is claimed than was seen."""
    return any(item.party is Party.EXCHANGE and "trigger" in item.data for item in evidence)


def sentence(leg: LegWords) -> str:
    """Say why it was found."""
    stops, held = leg.stops, leg.held
    start = held[0].upper() + held[1:]
    if stops.entry_since is not None:
        return (
            f"{start}: {stops.uncovered} from an entry that has rested only partly filled since "
            f"{clock(stops.entry_since)} has no stop; the bot places one when the entry is done."
        )
    loose = ""
    if stops.loose:
        ids = ", ".join(stops.loose)
        loose = f" (stop {ids} is not reduce-only and could open the opposite position)"
    if stops.none_acts and stops.idle:
        return f"{start} has no stop at the exchange that would act: {stops.idle}{loose}."
    if stops.none_acts:
        ended = leg.stops_that_did_nothing
        return f"{start} has no stop at the exchange although its bot keeps stops there{ended}{loose}."
    idle = f"; {stops.idle}" if stops.idle else ""
    return (
        f"{start} is only partly protected: resting stops cover {stops.covered} of the "
        f"{stops.needed} that its bot knows{idle}{loose}."
    )


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look} and place a reduce-only stop for all of it at the price the bot names.",
        f"If you cannot, close it: {of.close}.",
        "Read in the bot's log why it has no stop: refused, cancelled by others, or the bot is down.",
    )


def _covered(leg: LegState) -> Gone | NotKnown:
    if not leg.stops_read and leg.held:
        return NotKnown("conditional orders could not be read")
    if leg.stop_doubtful:
        return NotKnown("whether a stop that rests would act is not known")
    if leg.entry_at_work:
        return NotKnown("an entry is still at work")
    if not leg.held:
        return Gone("nothing is held")
    return Gone("what the bots know is covered, or keeps no stop there")


SPEC = KindSpec(
    kind=Kind.UNPROTECTED_POSITION,
    subject=Subject.LEG,
    words=KindWords(Told("No stop", "has no stop"), Told("Had no stop", "had no stop")),
    milder=Milder(_some_stop_rests, PARTLY),
    severity=ALWAYS_CRITICAL,
    confirmation=Lasting(2, 2, "bots cancel a stop and place another when they move it", Grace.STOP),
    resolution=Resolution("stops that would act cover what the bots know, or nothing is held", _covered),
    steps=steps,
    sentence=sentence,
    held_by_stop_tellers=True,
    always_told=True,
    at_stake="unprotected",
)
