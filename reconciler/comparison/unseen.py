"""What looks like a difference and was only not seen: an unread ledger or part, a nameless row.

For instance: two bots trade one account, and the ledger of one cannot be read. The venue holds 60 where the
other bot expects 43: the rest may be the first one's, and nothing is raised (`hidden_by_unread_ledger`).
Or: the position list cannot be read, and the stream last spoke before the bot wrote its entry down. That it
shows no position says nothing then (`rests_on_silence`).
"""

from collections.abc import Iterable, Mapping

from reconciler.comparison.difference import Difference, LegVerdict
from reconciler.comparison.legs import Belief
from reconciler.comparison.venue_view import LegView, VenueView
from reconciler.facts.finding import Kind
from verification.facts.account import Part, PositionMode
from verification.facts.clock import Moment
from verification.facts.leg import LegKey


def hidden_by_unread_ledger(difference: Difference, mode: PositionMode, *, ledgers_complete: bool) -> bool:
    """True when a ledger that could not be read may explain the difference."""
    if ledgers_complete or difference.verdict is LegVerdict.AGREE:
        return False
    # On a hedge leg another bot can only add to what is expected: what is missing is missing all the same.
    return not (difference.kind is Kind.PHANTOM_POSITION and mode is PositionMode.HEDGE)


def failed_words(view: VenueView) -> list[str]:
    """Return a line for each part of the last reading that failed."""
    return [
        f"{part.value.replace('_', ' ')} could not be read: {error}"
        for part, error in sorted(view.failures.items())
        if part is not Part.POSITIONS or view.listed is None  # a list that was read in part has its own lines
    ]


def unread_words(view: VenueView, symbols: Iterable[str]) -> list[str]:
    """Return a line for each part of the account that the position list does not cover.

    Args:
        view: What the venue is known to hold.
        symbols: What the bots believe in, to be named where it is not judged.
    """
    if not view.unread:
        return []
    told = {why: list[str]() for _, why in sorted(view.unread.items())}
    for symbol in sorted(set(symbols)):
        why = view.why_unread(symbol)
        if why is not None:
            told[why].append(symbol)
    return [f"{why} (not judged: {', '.join(names)})" if names else why for why, names in told.items()]


def missing(view: VenueView, stated: Mapping[LegKey, Belief]) -> tuple[str, ...]:
    """Return the symbols that bots believe in and that a list with a nameless row does not show.

    A contract that stands under the venue's own id may be any of them under another name.
    """
    if view.unnamed is None:
        return ()
    # That the stream knows a leg by its name does not help: the list may show it without one all the same.
    listed = {key for key, leg in view.legs.items() if leg.sent is not None and leg.sent == view.listed}
    return tuple(
        sorted({key.symbol for key, belief in stated.items() if belief.shares and key not in listed})
    )


def missing_words(view: VenueView, symbols: tuple[str, ...]) -> list[str]:
    """Return the line that tells of it; none where nothing is missing."""
    if not symbols:
        return []
    what = ", ".join(symbols)
    return [f"{view.unnamed}: a row of the position list without a name may be {what}: neither is judged"]


def rests_on_silence(
    view: VenueView, key: LegKey, stated: Belief, symbols: tuple[str, ...], stepped: Moment | None
) -> bool:
    """True when a difference on a leg rests on what nobody has said.

    Args:
        view: What the venue is known to hold.
        key: Which leg.
        stated: What the ledgers believe of it.
        symbols: See `missing`.
        stepped: When the wall clock was last seen to be set; None if never.
    """
    leg = view.legs.get(key)
    if not key.named:
        # Only a list of the whole account that shows all that the bots believe in leaves it to nobody; one
        # that leaves a part out, and does not show it, may have left it out with that part.
        if view.listed is None or view.symbols is not None or symbols:
            return True
        return bool(view.unread) and not _shown_since(leg, view.listed)
    listed = view.listed_for(key.symbol)
    if listed is not None:
        return view.unnamed is not None and not _shown_since(leg, listed)
    # Without a list the stream's last word stands, and that it has said nothing since is no evidence: it
    # shows a difference only where it is younger than what the bots wrote down.
    if leg is None or (stepped is not None and leg.heard.monotonic < stepped.monotonic):
        return True  # of two clocks nobody can tell which was first
    rows = (*(share.row for share in stated.shares), *stated.ended)
    times = [row.updated_at for row in rows]
    return any(at is None or at > leg.heard.utc for at in times)


def _shown_since(leg: LegView | None, listed: Moment) -> bool:
    """True when a list with a nameless row shows the leg by its name, or a push younger than it does."""
    if leg is None:
        return False
    return leg.sent == listed or (leg.sent is None and leg.heard.monotonic >= listed.monotonic)
