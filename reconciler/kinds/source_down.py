"""A source of the exchange that cannot be read: one of its lists, or its stream."""

from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Resolution
from reconciler.kinds.form.severity import Gravity
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told

_KEYS = frozenset({"credentials", "rejected", "permission"})
_OWN_BUDGET = "budget_spent"


def sentence_of_refusal(what: str, message: str) -> str:
    """Say that a list is refused, which only a person can mend."""
    return f"The exchange refuses to show its {what}: {message.rstrip('.')}. A person must act."


def sentence_of_list(what: str, *, lasted: str, message: str) -> str:
    """Say that a list cannot be read."""
    return f"The exchange's {what} could not be read for {lasted}: {message.rstrip('.')}."


def sentence_of_budget(what: str, *, lasted: str, message: str) -> str:
    """Say that a list was not asked for, which says nothing of the exchange."""
    return (
        f"The exchange's {what} has waited for {lasted} for Trueup's own budget of requests, unseen; "
        f"nothing is known to be wrong with the exchange: {message.rstrip('.')}."
    )


def sentence_of_stream(*, again_and_again: bool, away: str, error: str, lists_read: bool) -> str:
    """Say that the stream is away, and what is left to see by."""
    what = "breaks again and again and has not lasted" if again_and_again else "has been away"
    tail = "the position list still answers" if lists_read else "and its position list cannot be read either"
    return f"The exchange's stream {what} for {away} ({error}); {tail}."


def steps(of: Affected) -> Steps:
    """Say what a person can do: of keys that are refused something else than of an exchange that is away."""
    if of.code in _KEYS:
        return (
            f"Check the keys of account {of.account}: valid, allowed to read futures, and from this address.",
            "Run `trueup doctor`: it tells which permission is missing.",
            "Until then watch the account on the exchange itself: Trueup sees nothing of it.",
        )
    first = f"Watch account {of.account} on the exchange itself until {of.symbol} is back: alerts are frozen."
    if of.code == _OWN_BUDGET:
        return (
            first,
            "See what else asks from this machine's address: its accounts share one budget of requests.",
            "Where it lasts, set a longer `checks.interval`, or give accounts an `egress` of their own.",
        )
    return (
        first,
        "See whether this machine reaches the exchange, and what the exchange's status page says.",
        "Run `trueup doctor`: it tries each source and says what fails.",
    )


SPEC = KindSpec(
    kind=Kind.SOURCE_DOWN,
    subject=Subject.SOURCE,
    words=KindWords(
        Told("Cannot see the exchange", "{what} cannot be read"),
        Told("Could not see the exchange", "{what} could not be read"),
    ),
    severity=Gravity(
        Severity.WARNING,
        Severity.CRITICAL,
        "only a person can mend it, or neither the position list nor the stream can be read",
    ),
    confirmation=Confirmed(
        "{failures} reads have failed in a row, or for {failing} none has worked, or only a person can "
        "mend it; or to keep to our own budget it was not asked for {held_back}, {failing} where the stream "
        "is away; or the stream has been away for {stream_down}"
    ),
    resolution=Resolution("it was read in full; the stream is connected again, and has lasted", None),
    steps=steps,
    follows_from=(Kind.CREDENTIALS_REJECTED, Kind.RECONCILER_STALLED),
)
