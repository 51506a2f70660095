"""A list of many rows, decoded in slices: ten thousand rows are 5 MB, and decoding them holds the event loop.

Whoever can read a list so says it with `as_it_came` around the request. The answer is then an `Undecoded`,
which is an empty list to ccxt; its rows are decoded and held against the documented shape as they are read.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from verification.facts.slices import Effort, Slices, cut
from verification.venues.capabilities import Shape
from verification.venues.ccxt.failures import AnswerMisshapen
from verification.venues.ccxt.shapes import lacking

T = TypeVar("T")
R = TypeVar("R")

LONG = 20_000
"""Characters from which a list is long: some fifty rows."""

_BETWEEN = ("},{", "}, {")
"""What stands between two rows, as venues write it."""
_AS_IT_CAME: ContextVar[bool] = ContextVar("lists are wanted as they came", default=False)


class Undecoded(list[Any]):
    """The body of a list that nobody has decoded yet.

    Attributes:
        body: As it came.
        rule: What its rows must look like; None where nothing is known of that.
    """

    def __init__(self, body: str) -> None:
        """Keep it as it came."""
        super().__init__()
        self.body = body
        self.rule: Shape | None = None

    def leave(self, rule: Shape | None) -> bool:
        """Leave it to whoever reads the rows to hold them against a rule; False where it is not of rows."""
        self.rule = rule
        return rule is None or rule.rows == ()


@contextmanager
def as_it_came() -> Iterator[None]:
    """Have long lists left undecoded in the requests that are sent meanwhile, by this task."""
    before = _AS_IT_CAME.set(True)
    try:
        yield
    finally:
        _AS_IT_CAME.reset(before)


def left(body: str) -> Undecoded | None:
    """Return a body undecoded where it is a long list, and wanted so."""
    if not _AS_IT_CAME.get() or len(body) < LONG or not body.startswith("["):
        return None
    return Undecoded(body)


@dataclass(frozen=True, slots=True)
class Reading(Generic[T, R]):
    """How a list is read.

    Attributes:
        row: Makes a value of a row.
        all: Makes the answer of all of them.
        by: What `row` goes by beside the row itself, such as the market list; compared by identity.
    """

    row: Callable[[Any], T]
    all: Callable[[list[T]], R]
    by: object


@dataclass(slots=True)
class Known(Generic[T, R]):
    """What a list said the last time: a row that is written as it was then is not read again.

    Attributes:
        by: What it was read by.
        body: The body; None before the first.
        rows: What was made of each row, by its text.
        answer: What was made of all of them.
    """

    by: object = None
    body: str | None = None
    rows: dict[str, T] = field(default_factory=dict)
    answer: R | None = None


def read_undecoded(
    listed: Undecoded, decode: Callable[[str], Any], how: Reading[T, R], known: Known[T, R]
) -> Slices[R]:
    """Decode and read a list, and remember it in `known`, from where rows that have not changed are taken.

    Args:
        listed: The list.
        decode: Decodes JSON text.
        how: How it is read.
        known: What it said the last time.

    Raises:
        AnswerMisshapen: It is no JSON, or a row has not the documented shape.
        SourceMalformed: It cannot be read.
    """
    same = known.by is how.by
    if same and known.body == listed.body and known.answer is not None:
        return known.answer
    texts = _texts(listed.body)
    if texts is None:
        return (yield from read_decoded(_decoded(listed.body, decode), listed.rule, how))
    before, rows, values, effort = known.rows if same else {}, dict[str, T](), list[T](), Effort()
    for text in texts:
        value = before.get(text)
        if effort.spent(glanced=value is not None):
            yield
        if value is None:
            try:
                row = decode(f"{{{text}}}")
            except ValueError:
                return (yield from read_decoded(_decoded(listed.body, decode), listed.rule, how))
            value = _read(row, listed.rule, how)
        rows[text] = value
        values.append(value)
    answer = how.all(values)
    known.by, known.body, known.rows, known.answer = how.by, listed.body, rows, answer
    return answer


def read_decoded(rows: list[Any], rule: Shape | None, how: Reading[T, R]) -> Slices[R]:
    """Read a list that is decoded. It raises as `read_undecoded` does."""
    values = list[T]()
    for part in cut(rows):
        values += [_read(row, rule, how) for row in part]
        yield
    return how.all(values)


def _texts(body: str) -> list[str] | None:
    """Return what stands between the braces of the objects of a list; None if it is none of objects.

    Where each of them is, in its braces, an object by itself, the list is that of these objects: JSON can be
    read in one way only. Where one is not, the list was cut in a wrong place, or is no JSON.
    """
    body = body.strip()
    inner = body[1:-1].strip()
    if not (body.endswith("]") and inner.startswith("{") and inner.endswith("}")):
        return None
    between = next((each for each in _BETWEEN if each in inner), _BETWEEN[0])
    return inner[1:-1].split(between)


def _decoded(body: str, decode: Callable[[str], Any]) -> list[Any]:
    try:
        rows = decode(body)
    except ValueError:
        raise AnswerMisshapen("the body is not JSON") from None
    assert isinstance(rows, list), "it begins as one"
    return rows


def _read(row: object, rule: Shape | None, how: Reading[T, R]) -> T:
    wrong = None if rule is None else lacking(row, rule)
    if wrong is not None or not isinstance(row, dict):
        raise AnswerMisshapen(wrong or "the answer is not a list of objects")
    return how.row(row)
