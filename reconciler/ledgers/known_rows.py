"""What was made of each row of a database the last time: a row that says the same again is not read again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

Row = Mapping[str, Any]
Said = Sequence[Row]
T = TypeVar("T")


class KnownRows(Generic[T]):
    """The rows of one table, by their number. What is made of one must follow from it and what is said."""

    def __init__(self, make: Callable[[Row, Said], T]) -> None:
        """`make` is given a row and what else was said of it."""
        self._make = make
        self._made: dict[int, tuple[Row, Said, T]] = {}
        self._all: tuple[T, ...] = ()

    def of(self, rows: Sequence[Row], said: Mapping[int, Said]) -> tuple[T, ...]:
        """Return what is made of each row: the same tuple as the last time where all of it is as it was.

        Args:
            rows: All that there are, each with its number, `id`.
            said: What else was said of some, by number.

        Raises:
            Exception: One of them cannot be read; nothing is forgotten then.
        """
        made: dict[int, tuple[Row, Said, T]] = {}
        for row in rows:
            number = row["id"]
            known, of_it = self._made.get(number), said.get(number, ())
            stays = known is not None and known[0] == row and known[1] == of_it
            made[number] = known if known is not None and stays else (row, of_it, self._make(row, of_it))
        values = tuple(each for _, _, each in made.values())
        same = len(values) == len(self._all)
        if not same or any(one is not other for one, other in zip(values, self._all, strict=True)):
            self._all = values
        self._made = made
        return self._all
