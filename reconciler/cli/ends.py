"""When something that a person says is to end: `--for 2h`, or `--until 2026-12-01T08:00Z`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from verification.facts.clock import SystemClock

_SPAN = re.compile(r"(\d{1,6})\s*(m|min|h|d)")
_MINUTES = {"m": 1, "min": 1, "h": 60, "d": 24 * 60}


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"`{text}` is no span of time: write 15m, 2h or 3d")
    return timedelta(minutes=int(found[1]) * _MINUTES[found[2]])


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter(f"`{text}` is no time with its zone: write 2026-12-01T08:00Z")
    return at.astimezone(UTC)


For = Annotated[
    timedelta | None,
    typer.Option("--for", metavar="SPAN", parser=_span, help="For how long: 15m, 2h, 3d."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="TIME", parser=_time, help="Until when: 2026-12-01T08:00Z."),
]


def end_of(span: timedelta | None, until: datetime | None) -> datetime | None:
    """Return when it is to end, aware UTC; None where nothing is said.

    Raises:
        BadParameter: Both are said.
    """
    if span is not None and until is not None:
        raise typer.BadParameter("say either --for or --until")
    return until if span is None else SystemClock().now().utc + span
