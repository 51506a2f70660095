"""An account that nobody looks at: its reconciler was stopped, hangs, or has never run."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import ALWAYS_CRITICAL
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told

_UNCHECKED = "nothing of it is being checked"


def sentence_of_never(account: str) -> str:
    """Say that nobody has ever looked."""
    return f"The reconciler has never run for {account}: {_UNCHECKED}."


def sentence_of_stopped(account: str, at: str) -> str:
    """Say that it was stopped, and when."""
    return f"The reconciler of {account} was stopped at {at}: {_UNCHECKED}."


def sentence_of_silence(account: str, age: str) -> str:
    """Say for how long nobody has heard of it."""
    return f"The reconciler of {account} has not been heard of for {age}: {_UNCHECKED}."


def steps(_: Affected) -> Steps:
    """Say what a person can do."""
    return (
        "Start it again with `trueup run`. No alert and no acknowledgement is lost.",
        "Read the end of its log for why it stopped.",
        "Until it beats again watch the exchange itself: what the screens show is old.",
    )


SPEC = KindSpec(
    kind=Kind.RECONCILER_STALLED,
    subject=Subject.WATCH,
    words=KindWords(
        Told("Trueup stopped checking", "Trueup stopped checking"),
        Told("Trueup had stopped checking", "Trueup had stopped checking"),
    ),
    severity=ALWAYS_CRITICAL,
    confirmation=Confirmed("{beats} of its heartbeats are missing, or it was stopped"),
    resolution=Resolution("its heart beats again", None),
    steps=steps,
)
