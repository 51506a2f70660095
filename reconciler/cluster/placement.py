"""Which workers a cluster is to have for the accounts of the settings, and which nodes may have them; pure.

Who watches which account is decided by leases in the state database and by nothing here. A worker's name
holds all that it was started with, so that the cluster itself is the only record of what was asked of it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from typing_extensions import override

RESOURCE = "egress_"
"""A node offers the address NAME as the custom resource `egress_NAME`."""

_NAME = re.compile(
    r"worker (?P<egress>[A-Za-z0-9_-]+|\*)/(?P<number>[1-9][0-9]*) claim=(?P<claim>[1-9][0-9]*)"
    r" version=(?P<version>\S+) config=(?P<config>.+)",
    re.DOTALL,
)
_ANY = "*"


class Unplaceable(ValueError):
    """The accounts cannot be placed as the settings have them; the message says what to change."""


@dataclass(frozen=True, slots=True, order=True)
class Worker:
    """One process that claims accounts.

    Attributes:
        egress: The address whose accounts it may watch, by name; empty where no account names one.
        number: Tells it from the others of its address, from 1.
        claim: How many accounts it watches at most.
        version: The version of Trueup that asked for it.
        config: The settings file: an absolute path, the same on each node.
    """

    egress: str
    number: int
    claim: int
    version: str
    config: str

    @property
    def place(self) -> str:
        """Return it as a person is shown it: `office/1`; `*/1` where any node may have it."""
        return f"{self.egress or _ANY}/{self.number}"

    @property
    def resource(self) -> str | None:
        """Return what a node must offer to have it; None for nothing."""
        return RESOURCE + self.egress if self.egress else None

    @override
    def __str__(self) -> str:
        """Return its name in the cluster, which `read` understands."""
        return f"worker {self.place} claim={self.claim} version={self.version} config={self.config}"

    @classmethod
    def read(cls, name: str) -> "Worker | None":
        """Return the worker of a name; None where it is no worker's, or one of another version's form."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        egress = "" if found["egress"] == _ANY else found["egress"]
        return cls(egress, int(found["number"]), int(found["claim"]), found["version"], found["config"])


@dataclass(frozen=True, slots=True)
class Steps:
    """What makes a cluster have the workers that it is to have, by name.

    Attributes:
        add: To be started, before others are ended: what these give back has somebody to go to.
        keep: As they should be.
        remove: To be ended: too many, or started with what is no longer asked for.
    """

    add: tuple[str, ...]
    keep: tuple[str, ...]
    remove: tuple[str, ...]


def wanted(egresses: Mapping[str, str], *, claim: int, version: str, config: str) -> tuple[Worker, ...]:
    """Return the workers that have room for every account, and no more of them than that takes.

    Args:
        egresses: The address of each account, by name; empty where it names none.
        claim: How many accounts a worker watches at most.
        version: Of this Trueup.
        config: The settings file on each node.

    Raises:
        Unplaceable: Some accounts name an address and others do not: no node is known to be right for those.
    """
    nameless = sorted(account for account, egress in egresses.items() if not egress)
    if nameless and len(nameless) < len(egresses):
        raise Unplaceable(
            f"no egress is named for {', '.join(nameless)}, and one is for others: name one for each account "
            "(accounts.NAME.egress), or for none, and then any node may watch any of them"
        )
    counted = Counter(egresses.values())
    return tuple(
        Worker(egress, number, claim, version, config)
        for egress, accounts in sorted(counted.items())
        for number in range(1, math.ceil(accounts / claim) + 1)
    )


def steps(workers: Iterable[Worker], running: Iterable[str]) -> Steps:
    """Return what is to be done, where `running` are the names of the workers that the cluster has."""
    asked, there = {str(worker) for worker in workers}, set(running)
    return Steps(tuple(sorted(asked - there)), tuple(sorted(asked & there)), tuple(sorted(there - asked)))


def not_offered(egresses: Mapping[str, str], offers: Iterable[Mapping[str, float]]) -> dict[str, list[str]]:
    """Return the addresses that no node offers, each with its accounts: nobody can watch those.

    Args:
        egresses: The address of each account, by name; empty where it names none.
        offers: The resources of each living node.
    """
    there = {name for each in offers for name, amount in each.items() if amount > 0}
    missing: dict[str, list[str]] = {}
    for account, egress in sorted(egresses.items()):
        if egress and RESOURCE + egress not in there:
            missing.setdefault(egress, []).append(account)
    return dict(sorted(missing.items()))
