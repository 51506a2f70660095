"""A channel on which people are told, and that takes no messages: whoever relies on it learns nothing."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(channel: str, *, lasted: str, said: str, others: bool) -> str:
    """Say for how long it takes nothing, and what is left to be told on."""
    rest = "other channels take messages" if others else "and no other channel takes any"
    return f"Channel {channel} has taken no message for {lasted} ({said}); {rest}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"Keep the screens open meanwhile: on channel {of.symbol} nobody is told anything.",
        f"Run `trueup notify test {of.symbol}`: it sends one message and says what came back.",
        "Correct its address (token, chat, topic). What is owed is kept, and sent once it takes messages.",
    )


SPEC = KindSpec(
    kind=Kind.NOTIFIER_FAILED,
    subject=Subject.CHANNEL,
    words=KindWords(
        Told("A channel takes no messages", "messages cannot be sent on {name}"),
        Told("A channel took no messages", "messages could not be sent on {name}"),
    ),
    severity=Gravity(Severity.WARNING, Severity.CRITICAL, "no other channel takes messages"),
    confirmation=Confirmed("it refuses a message, or has taken none for 30 s"),
    resolution=Resolution("it has taken a message", None),
    steps=steps,
)
