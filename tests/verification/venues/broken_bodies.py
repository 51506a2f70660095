"""Damages a documented body: keys dropped, nulled, retyped, emptied, doubled, rows told twice."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

IMPLAUSIBLE: tuple[object, ...] = (
    *("NaN", "Infinity", "-Infinity", "1e999999", "4e23", "1_000", "٤٣", "\uff14\uff13", "0x2b", "4,3"),
    *(" 43", "43 ", "43\n", "+43", "--43", "1e400", "1e-400", "9" * 400, "None", "null", "true"),
)
"""Texts that Python takes for numbers, or that look like one, and that no venue writes."""

_OTHERS: tuple[object, ...] = (
    *(True, False, 0, -1, 10**30, 4.3, float("nan"), "", "0", "x", [], {}, [None], {"a": 1}, [[]]),
    *IMPLAUSIBLE,
)
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Broken:
    """A damaged body.

    Attributes:
        what: What was done to it, for messages.
        body: What is left, decoded JSON.
        changed: The places that were touched.
        repeats: True when nothing was done but to tell rows twice, word for word.
    """

    what: str
    body: Any
    changed: tuple[Path, ...]
    repeats: bool = False

    @property
    def text(self) -> str:
        """The body as it goes over the wire. NaN goes as Python writes it, which is no JSON."""
        return json.dumps(self.body)


def places(body: object, path: Path = ()) -> Iterator[Path]:
    """Name every value inside a body, the body itself first."""
    yield path
    if isinstance(body, dict):
        for key, value in body.items():
            yield from places(value, (*path, key))
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from places(value, (*path, number))


def once(body: object) -> Iterator[Broken]:
    """Damage a body in each way there is, at each place of it, one at a time. Small enough to try all."""
    for path in places(body):
        yield from _at(body, path)


def broken(body: object, most: int = 3) -> st.SearchStrategy[Broken]:
    """Draw a body with one to `most` damages."""
    return st.integers(1, most).flatmap(lambda count: _several(body, count))


@st.composite
def _several(draw: st.DrawFn, body: object, count: int) -> Broken:
    whole, repeats = body, True
    what: list[str] = []
    changed: list[Path] = []
    for _ in range(count):
        path = draw(st.sampled_from(list(places(whole))))
        done = draw(st.sampled_from(list(_at(whole, path))))
        whole = done.body
        what.append(done.what)
        changed += done.changed
        repeats = repeats and done.repeats
    return Broken("; ".join(what), whole, tuple(changed), repeats)


def _at(body: object, path: Path) -> Iterator[Broken]:
    place = ".".join(map(str, path)) or "the body"
    old = _value(body, path)
    if path:
        yield Broken(f"{place} is dropped", _with(body, path, _MISSING), (path,))
    yield Broken(f"{place} is null", _with(body, path, None), (path,))
    for value in _OTHERS:
        if value != old or type(value) is not type(old):
            yield Broken(f"{place} is {value!r}"[:120], _with(body, path, value), (path,))
    if isinstance(old, list) and old:
        yield Broken(f"{place} tells its rows twice", _with(body, path, old + old), (path,), repeats=True)
        yield Broken(f"{place} has a row of nothing", _with(body, path, [*old, {}]), (path,))
    if isinstance(old, dict):
        yield Broken(f"{place} is wrapped in a list", _with(body, path, [old]), (path,))
    if isinstance(old, str) and old:
        yield Broken(f"{place} is a list of it", _with(body, path, [old]), (path,))
    if isinstance(old, int) and not isinstance(old, bool):
        yield Broken(f"{place} is text", _with(body, path, str(old)), (path,))
        yield Broken(f"{place} is in seconds", _with(body, path, old // 1000), (path,))
        yield Broken(f"{place} is in nanoseconds", _with(body, path, old * 10**6), (path,))


def _value(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def _with(body: object, path: Path, value: object) -> Any:
    """Return a copy of a body with another value at a place, or with none."""
    if not path:
        return value
    made = copy.deepcopy(body)
    inside = _value(made, path[:-1])
    if value is _MISSING:
        del inside[path[-1]]
    else:
        inside[path[-1]] = copy.deepcopy(value)
    return made


def with_a_key_twice(body: object) -> Iterator[str]:
    """Write a body as JSON with one key of one object twice, the second time with another value."""
    for path in places(body):
        if path and isinstance(path[-1], str):
            marked = _with(body, (*path[:-1], f"{path[-1]}\u0000"), "another")
            yield json.dumps(marked, ensure_ascii=False).replace("\u0000", "").replace("\\u0000", "")
