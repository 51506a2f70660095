"""Finds alerts for a person: by filters, a page at a time, with counts that the database makes."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TypeVar

import sqlalchemy as sa

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import Kind, Severity
from reconciler.kinds.registry import SPECS
from reconciler.storage.decisions import ALERT, IS_OPEN
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.mapping import alert_of
from reconciler.storage.readable import readable
from reconciler.views.alert_list import AlertFilter, Facets

T = TypeVar("T")

_GROUPS = (ALERT.c.state, ALERT.c.severity, ALERT.c.kind, ALERT.c.account)
_TEXTS = (
    ALERT.c.symbol,
    ALERT.c.account,
    ALERT.c.reason,
    ALERT.c.acknowledged_by,
    ALERT.c.acknowledged_note,
    ALERT.c.held_by,
    ALERT.c.held_note,
    ALERT.c.closed_by,
    ALERT.c.closed_because,
)
_RANK = sa.case({each.value: each.rank for each in Severity}, value=ALERT.c.severity, else_=len(Severity))
_SUSPECTED = ALERT.c.state == AlertState.PENDING.value
# What is open stands first, the worst first, what waits for a person before the rest; then what is over.
_ORDER = (
    sa.case((_SUSPECTED, 1), (IS_OPEN, 0), else_=2),
    sa.case((IS_OPEN, _RANK), else_=0).desc(),
    sa.case((ALERT.c.state == AlertState.FIRING.value, 0), else_=1),
    sa.func.coalesce(ALERT.c.resolved_at, ALERT.c.first_seen).desc(),
    ALERT.c.id.desc(),
)
_LONGEST_NUMBER = 12


def found(
    connection: sa.Connection, wanted: AlertFilter, *, limit: int | None, offset: int, only: Only = None
) -> tuple[list[Alert], list[str]]:
    """Return a page of what fits, and a line for each row of it that cannot be read; no limit: all of it."""
    # The numbers alone are sorted; the rows, each of which is long, are read for one page of them.
    numbers = sa.select(ALERT.c.id).where(*_everything(wanted), is_one_of(ALERT.c.account, only))
    numbers = numbers.order_by(*_ORDER).limit(limit).offset(offset)
    query = sa.select(ALERT).where(ALERT.c.id.in_(numbers)).order_by(*_ORDER)
    return readable(connection, query, ALERT, alert_of)


def numbered(
    connection: sa.Connection, numbers: Collection[int], only: Only = None
) -> tuple[list[Alert], list[str]]:
    """Return the alerts of these numbers, in the order of the list."""
    ours = is_one_of(ALERT.c.account, only)
    query = sa.select(ALERT).where(ALERT.c.id.in_(sorted(numbers)), ours).order_by(*_ORDER)
    return readable(connection, query, ALERT, alert_of)


def counted(connection: sa.Connection, wanted: AlertFilter, only: Only = None) -> tuple[int, Facets]:
    """Return how many fit, and how many there are of each state, severity, kind and account."""
    query = sa.select(*_GROUPS, sa.func.count()).where(*_around(wanted), is_one_of(ALERT.c.account, only))
    query = query.group_by(*_GROUPS)
    groups = [(tuple(row)[:-1], int(row[-1])) for row in connection.execute(query)]
    chosen = _chosen(wanted)
    total = sum(number for values, number in groups if _fits(values, chosen, but=None))
    counts = [_facet(groups, chosen, place) for place in range(len(_GROUPS))]
    states, severities, kinds, accounts = counts
    return total, Facets(
        _known(states, AlertState), _known(severities, Severity), _known(kinds, Kind), accounts
    )


def _chosen(wanted: AlertFilter) -> tuple[frozenset[str], ...]:
    return wanted.states, wanted.severities, wanted.kinds, wanted.accounts


def _fits(values: tuple[str, ...], chosen: tuple[frozenset[str], ...], *, but: int | None) -> bool:
    pairs = enumerate(zip(values, chosen, strict=True))
    return all(place == but or not each or value in each for place, (value, each) in pairs)


def _facet(
    groups: Collection[tuple[tuple[str, ...], int]], chosen: tuple[frozenset[str], ...], place: int
) -> dict[str, int]:
    counts = Counter[str]()
    for values, number in groups:
        if _fits(values, chosen, but=place):
            counts[values[place]] += number
    return dict(counts)


def _known(counts: dict[str, int], of: type[T]) -> dict[T, int]:
    """Name them; what a newer Trueup has written is counted in the total alone."""
    return {each: counts[each] for each in of if each in counts}  # type: ignore[attr-defined] # of a StrEnum


def _everything(wanted: AlertFilter) -> Iterator[sa.ColumnElement[bool]]:
    yield from _around(wanted)
    for column, each in zip(_GROUPS, _chosen(wanted), strict=True):
        if each:
            yield column.in_(sorted(each))


def _around(wanted: AlertFilter) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what is asked but for the choices that are counted."""
    if wanted.since is not None:
        yield IS_OPEN | (ALERT.c.resolved_at >= wanted.since)
    if wanted.until is not None:
        yield ALERT.c.first_seen <= wanted.until
    text = wanted.text.strip()
    if text:
        yield sa.or_(*_said(text))


def _said(text: str) -> Iterator[sa.ColumnElement[bool]]:
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER:
        yield ALERT.c.id == int(number)
    lower = text.lower()
    titles = [
        spec.kind.value
        for spec in SPECS
        if any(lower in told.title.lower() for told in (spec.words.now, spec.words.then))
    ]
    if titles:
        yield ALERT.c.kind.in_(titles)
    for column in _TEXTS:
        yield column.icontains(text, autoescape=True)
