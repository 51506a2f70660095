"""What differs between the settings that run and those that are to be taken, in words; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.settings.model import Settings
from reconciler.settings.sections import ChecksSettings

RESTART = ("database", "ping", "alertmanager", "dashboard", "sign_in", "serve")
"""Sections that are taken at a start only: what they set is opened once."""

INTERVAL = "interval"
"""What of `[checks]` is taken: the rules of the rest are part of what is under watch."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Which entries of a section come, go, are others, or stay: names in the order of the settings."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def words(self, what: str) -> Iterator[str]:
        """Yield one line for each that differs, and one for all that do not; `what` is what one is called."""
        yield from (f"{what} {name} added" for name in self.added)
        yield from (f"{what} {name} removed" for name in self.removed)
        yield from (f"{what} {name} changed" for name in self.changed)
        if self.unchanged:
            yield f"{what} {', '.join(self.unchanged)} unchanged"


def difference(running: Mapping[str, object], wanted: Mapping[str, object]) -> Difference:
    """Return what differs between entries by name; two that are equal are the same."""
    both = [name for name in wanted if name in running]
    return Difference(
        added=tuple(name for name in wanted if name not in running),
        removed=tuple(name for name in running if name not in wanted),
        changed=tuple(name for name in both if wanted[name] != running[name]),
        unchanged=tuple(name for name in both if wanted[name] == running[name]),
    )


def taken_of(running: Settings, wanted: Settings) -> Settings:
    """Return the settings that can be taken now: the wanted ones, but for what is taken at a start only."""
    kept = {section: getattr(running, section) for section in RESTART}
    checks = {key: getattr(running.checks, key) for key in running.checks.model_fields_set - {INTERVAL}}
    if INTERVAL in wanted.checks.model_fields_set:
        checks[INTERVAL] = wanted.checks.interval
    return wanted.model_copy(update={**kept, "checks": ChecksSettings(**checks)})


def other_words(running: Settings, wanted: Settings) -> Iterator[str]:
    """Yield what else is taken, and what waits for a restart and stays as it was."""
    if running.sweep_every != wanted.sweep_every:
        yield f"a sweep every {wanted.sweep_every.total_seconds():g} s"
    yield from (f"[{section}] changed" for section in ("keep", "log") if _differ(running, wanted, section))
    for key in ChecksSettings.model_fields:
        if key != INTERVAL and getattr(running.checks, key) != getattr(wanted.checks, key):
            yield waits(f"checks.{key}")
    yield from (waits(f"[{section}]") for section in RESTART if _differ(running, wanted, section))


def _differ(running: Settings, wanted: Settings, section: str) -> bool:
    return bool(getattr(running, section) != getattr(wanted, section))


def waits(what: str) -> str:
    """Say that something is taken at a start only."""
    return f"{what} needs a restart, and stays as it was"
