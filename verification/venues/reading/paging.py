"""Whether the pages of a list lead to its end: one that leads nowhere is a failed read, never a short one."""

from collections.abc import Hashable, Iterable

from verification.facts.errors import SourceMalformed

MOST_PAGES = 500
"""More than any list has that is read here."""

MOST_BARREN = 2
"""Pages in a row that lead on and bring nothing: venues send one, after the last row."""


class Pages:
    """Is told of each page that leads to a further one. Pure: what is read, and how, is the caller's."""

    def __init__(self, what: str) -> None:
        """`what` names the list, for messages."""
        self._what = what
        self._count = 0
        self._barren = 0
        self._cursors: set[Hashable] = set()
        self._rows: set[Hashable] = set()

    def lead_on(self, cursor: Hashable, rows: Iterable[Hashable]) -> None:
        """Take note of a page: where it leads to, and what tells its rows apart from all others.

        Raises:
            SourceMalformed: The list has no end, as far as anybody can tell.
        """
        shown = set(rows)
        fresh = shown - self._rows
        self._rows |= shown
        self._count += 1
        self._barren = 0 if fresh else self._barren + 1
        if cursor in self._cursors:
            raise SourceMalformed(f"{self._what}: a page comes twice, so none is the last")
        self._cursors.add(cursor)
        if shown and not fresh:
            raise SourceMalformed(f"{self._what}: a page brings nothing new and leads on: there is no end")
        if self._barren >= MOST_BARREN:
            raise SourceMalformed(f"{self._what}: empty pages lead on and on: there is no end")
        if self._count >= MOST_PAGES:
            raise SourceMalformed(f"{self._what}: no end after {self._count} pages")
