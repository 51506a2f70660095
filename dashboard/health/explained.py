"""How much of what has changed is explained, and what is not. Pure."""

from collections.abc import Iterator, Sequence

from dashboard.look.colours import Tone
from dashboard.look.markup import whole
from dashboard.look.panel import panel
from dashboard.look.table import Cell, Column, Row, table
from dashboard.words import moments
from dashboard.words import numbers as words
from reconciler.facts.change import Explained
from reconciler.sight.change_words import change_line, share_words

SHOWN = 5
"""How many of the changes that are not explained are told, in all."""


def explained(found: Sequence[Explained]) -> str:
    """Return the explained share of each account, and the latest changes that are not explained."""
    title, note = "Changes explained", "who sent the orders behind what changed, seven days back at most"
    if not found:
        return panel(title, '<div class="t-body">No account is counted yet.</div>', note=note)
    columns = (
        Column("Account"),
        Column("Explained", right=True),
        Column("Nobody known", right=True),
        Column("Counted from", right=True),
    )
    body = table(columns, [_row(each) for each in found], label=title)
    return panel(title, body, note=note, foot="<br>".join(_open(found)))


def unread() -> str:
    """Return the panel where that could not be read."""
    return panel("Changes explained", '<div class="t-body">That could not be read.</div>')


def _row(each: Explained) -> Row:
    left = each.not_explained
    since = moments.UNTOLD if each.since is None else words.stamp(each.since)
    return Row(
        (
            Cell(words.shortened(each.account), strong=True),
            share_words(each),
            Cell(str(left), Tone.WARNING if left else Tone.SECOND),
            Cell(since, Tone.SECOND),
        )
    )


def _open(found: Sequence[Explained]) -> Iterator[str]:
    """Yield the latest that are not explained, the newest first."""
    changes = [(change, each.account) for each in found for change in each.unexplained]
    changes.sort(key=lambda pair: pair[0].at, reverse=True)
    for change, account in changes[:SHOWN]:
        yield whole(
            f"{words.shortened(account)}, {words.shortened(change.symbol)}, {change_line(change, None)}"
        )
    if len(changes) > SHOWN:
        yield whole(f"and {len(changes) - SHOWN} more: trueup status and the API have them")
