"""An entry or an exit of which it is not known whether it executed."""

from reconciler.facts.finding import Kind
from reconciler.kinds.form.confirmation import Confirmed
from reconciler.kinds.form.resolution import Gone, LegState, NotKnown, Resolution, once_agreed
from reconciler.kinds.form.severity import ALWAYS_CRITICAL
from reconciler.kinds.form.spec import KindSpec, Subject
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.form.words import KindWords, Told


def sentence(what: str, *, order_id: str | None, waited: str, why: str) -> str:
    """Say why it was found.

    Args:
        what: What may have executed: `buy of 43 AVL`, `close of long 43 AVL`.
        order_id: Its order at the exchange; None if not known.
        waited: How long it was asked for.
        why: Why there is no answer.
    """
    order = "" if order_id is None else f" (order {order_id})"
    return f"Whether the {what} executed{order} is not known after {waited}: {why.rstrip('.')}."


def steps(of: Affected) -> Steps:
    """Say what a person can do."""
    return (
        f"{of.look} and see from the order and its trades whether it executed.",
        "If it did, see that the position has a stop. If not, see that the order is cancelled.",
        "Do not send the order again before you know: it may execute twice.",
    )


def _answered(leg: LegState) -> Gone | NotKnown:
    if not leg.record_sure:
        # To hold what was held before an order is no word on whether it executed: a list may lag.
        return NotKnown("the bot's own record does not say either whether its order executed")
    return once_agreed(leg)


SPEC = KindSpec(
    kind=Kind.UNVERIFIED_OPEN,
    subject=Subject.LEG,
    words=KindWords(
        Told("Entry not confirmed", "has an entry that nobody could confirm"),
        Told("Entry was not confirmed", "had an entry that nobody could confirm"),
    ),
    severity=ALWAYS_CRITICAL,
    confirmation=Confirmed("a verification has asked until its deadline, in vain"),
    resolution=Resolution(
        "an answer about the order, or a record that says so and both sides hold it", _answered
    ),
    steps=steps,
    only_by_rows=True,
    follows_from=(
        Kind.ORPHANED_POSITION,
        Kind.REAPPEARED_POSITION,
        Kind.PHANTOM_POSITION,
        Kind.QUANTITY_MISMATCH,
        Kind.SIDE_MISMATCH,
        Kind.SOURCE_DOWN,
        Kind.RECONCILER_STALLED,
    ),
)
