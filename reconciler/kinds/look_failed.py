"""An error of Trueup's own, that nobody expected, and that holds up its work on an account."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(message: str) -> str:
    """Say what was met."""
    return f"Trueup met an error of its own and tries again: {message}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"Watch account {of.account} on the exchange itself meanwhile: {of.symbol} are tried again.",
        "Find the trace that the reason names in the log of `trueup run`: it says where it happened.",
        "Report it with that trace: it is a bug, of Trueup or of a library. Other accounts go on.",
    )


SPEC = KindSpec(
    kind=Kind.LOOK_FAILED,
    subject=Subject.WORK,
    words=KindWords(
        Told("Trueup met an error of its own", "an unexpected error holds up {what}"),
        Told("Trueup had met an error of its own", "an unexpected error held up {what}"),
    ),
    severity=Gravity(
        Severity.WARNING,
        Severity.CRITICAL,
        "trying again has not helped {failures} times in a row, or for {failing}",
    ),
    confirmation=Confirmed("it is met"),
    resolution=Resolution("that work has gone on without an error", None),
    steps=steps,
    follows_from=(Kind.RECONCILER_STALLED,),
)
