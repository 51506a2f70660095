"""Moments as a person reads them beside each other: the time today, the date where it is older. Pure."""

from datetime import UTC, datetime, timedelta

UNTOLD = "\N{EN DASH}"

_DAY = timedelta(days=1)


def at(moment: datetime | None, now: datetime) -> str:
    """Return when something was, UTC: `03:11:08`, `2026-11-28 22:40` where that is more than a day ago."""
    if moment is None:
        return UNTOLD
    utc = moment.astimezone(UTC)
    return f"{utc:%H:%M:%S}" if abs(now - moment) < _DAY else f"{utc:%Y-%m-%d %H:%M}"


def countdown(until: datetime, now: datetime) -> str:
    """Return how long something still lasts, as a clock that runs back: `1:47`, `2:03:09`."""
    seconds = max(0, -int(-(until - now).total_seconds() // 1))
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def every(seconds: float) -> str:
    """Say how often something is done: `every 2 s`, `every 15 m`, `every hour`."""
    if seconds == 3600:  # noqa: PLR2004 - an hour
        return "every hour"
    if seconds >= 60 and seconds % 60 == 0:  # noqa: PLR2004 - whole minutes
        return f"every {seconds / 60:g} m"
    return f"every {seconds:g} s"


def took(seconds: float | None) -> str:
    """Say how long something took: `3 ms`, `1.21 s`."""
    if seconds is None:
        return UNTOLD
    if seconds < 0.001:  # noqa: PLR2004 - what is no zero is not shown as one
        return "< 1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def ahead(milliseconds: float) -> str:
    """Say how far a clock is ahead: `+12 ms`, `-3 ms` behind, `0 ms` where it is right to half of one."""
    return f"{round(milliseconds):+d} ms" if round(milliseconds) else "0 ms"
