"""Keys that the exchange refuses: nothing of the account is seen until a person has mended that."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import ALWAYS_CRITICAL
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(account: str, *, lasted: str, message: str) -> str:
    """Say why it was found.

    Args:
        account: Whose keys.
        lasted: For how long they have been refused.
        message: What the exchange says.
    """
    return f"The exchange has refused the keys of account {account} for {lasted}: {message.rstrip('.')}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"Watch account {of.account} at the exchange itself: Trueup sees nothing of it meanwhile.",
        "See at the exchange whether the key is there, may read futures, and may be used from this address.",
        "Run `trueup doctor`: it says which permission is missing. See whether the bot is refused, too.",
    )


SPEC = KindSpec(
    kind=Kind.CREDENTIALS_REJECTED,
    subject=Subject.KEYS,
    words=KindWords(
        Told("The exchange refuses the keys", "the {what} are refused"),
        Told("The exchange refused the keys", "the {what} were refused"),
    ),
    severity=ALWAYS_CRITICAL,
    confirmation=Confirmed(
        "{refusals} reads of the position list in a row were refused for the keys or what they may do, "
        "{refused} apart at least; never for a clock, a maintenance or a limit"
    ),
    resolution=Resolution("the position list was read with them", None),
    steps=steps,
    follows_from=(Kind.CLOCK_SKEW, Kind.RECONCILER_STALLED),
)
