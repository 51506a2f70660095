"""What became of settings that were read again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What became of it.

    Attributes:
        taken: False where they were refused, and nothing has changed.
        lines: What has changed, what has not, and what needs a restart; or what is wrong.
    """

    taken: bool
    lines: tuple[str, ...]
