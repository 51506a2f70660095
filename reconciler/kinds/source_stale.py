"""A stream that is connected and does not tell what happens."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import ALWAYS_WARNING
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence_of_missed(late: str) -> str:
    """Say that it has not pushed what another source shows."""
    return (
        "The exchange's stream is connected but silent: for "
        f"{late} it has not pushed a change that another source shows."
    )


def sentence_of_quiet(quiet: str) -> str:
    """Say that it has sent nothing at all."""
    return f"The exchange's stream is connected but has sent nothing at all for {quiet}."


def steps(_: Affected) -> Steps:
    """Say what a person can do."""
    return (
        "Nothing is lost: the position list is still read, but changes are noticed later than usual.",
        "If it lasts, see what the exchange's status page says about its streams.",
        "Start the reconciler again: it opens a new connection. No alert is lost by that.",
    )


SPEC = KindSpec(
    kind=Kind.SOURCE_STALE,
    subject=Subject.PUSHES,
    words=KindWords(
        Told("Old news from the exchange", "{what} has gone quiet"),
        Told("Had old news from the exchange", "{what} had gone quiet"),
    ),
    severity=ALWAYS_WARNING,
    confirmation=Confirmed(
        "it has not pushed for {stream_missed} what another source shows, or sent nothing at all "
        "for {stream_quiet}"
    ),
    resolution=Resolution("it has pushed, or lists have agreed with it for long", None),
    steps=steps,
    follows_from=(Kind.SOURCE_DOWN, Kind.RECONCILER_STALLED),
)
