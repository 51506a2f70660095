"""Names of groups of accounts as they are typed, and as they are told."""

import re
from collections.abc import Sequence

from reconciler.cli.ending import UsageError
from reconciler.cli.printing import printable

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""As the settings take one: `accounts.NAME.group`."""


def group_names(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the groups that were named, each once; None where none was.

    Raises:
        UsageError: One is no name that an account's group can have.
    """
    for name in given or ():
        if _NAME.fullmatch(name) is None:
            raise UsageError(f"--group {name}: is no name of a group: letters, digits, - and _, 40 at most")
    return tuple(dict.fromkeys(given)) if given else None


def for_groups(groups: Sequence[str] | None) -> str:
    """Say for which groups a role is, as it follows on the role; nothing where it is for all accounts."""
    return "" if groups is None else f" for {', '.join(map(printable, groups)) or 'no group'}"
