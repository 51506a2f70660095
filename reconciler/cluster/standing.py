"""How the workers of a cluster stand, and which accounts they watch by the state database; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.cluster.placement import RESOURCE, Worker
from reconciler.cluster.report import Report

ALIVE = "ALIVE"
WAITS = frozenset({"DEPENDENCIES_UNREADY", "PENDING_CREATION", "RESTARTING"})


@dataclass(frozen=True, slots=True)
class Standing:
    """One worker.

    Attributes:
        name: Its name in the cluster.
        state: Ray's word for its actor; empty if not known.
        restarts: How often Ray has restarted that; None if not known.
        report: What it says of its process; None where it has not answered.
        accounts: Those whose lease its process holds.
        offered: False where no node offers what it needs.
    """

    name: str
    state: str
    restarts: int | None
    report: Report | None
    accounts: tuple[str, ...] = ()
    offered: bool = True

    @property
    def runs(self) -> bool:
        """Return whether its process is known to run."""
        return self.report is not None and self.report.pid is not None

    @property
    def place(self) -> str:
        """Return which worker it is, for a person."""
        worker = Worker.read(self.name)
        return self.name if worker is None else worker.place

    @property
    def word(self) -> str:
        """Return how it fares, for a person."""
        if not self.offered and not self.runs:
            return "waits for a node that offers its egress"
        if self.report is None:
            return "is being placed" if self.state in WAITS else "does not answer"
        if self.report.pid is not None:
            return "runs"
        if self.report.said:
            return self.report.said
        code = self.report.last_exit
        return "is begun" if code is None else f"ended with exit code {code}, is begun again"

    @property
    def begun_again(self) -> int | None:
        """Return how often it was begun again, by Ray or on its node; None where either is not known."""
        if self.restarts is None or self.report is None:
            return None
        return self.restarts + max(0, self.report.begun - 1)

    def document(self) -> dict[str, Any]:
        """Return what `--json` prints of it."""
        worker, report = Worker.read(self.name), self.report
        return {
            "worker": self.place,
            "egress": None if worker is None else worker.egress or None,
            "claim": None if worker is None else worker.claim,
            "config": None if worker is None else worker.config,
            "state": self.word,
            "runs": self.runs,
            "ray_state": self.state or None,
            "host": None if report is None else report.host,
            "pid": None if report is None else report.pid,
            "version": None if report is None else report.version,
            "ray_restarts": self.restarts,
            "begun": None if report is None else report.begun,
            "last_exit": None if report is None else report.last_exit,
            "accounts": list(self.accounts),
        }


@dataclass(frozen=True, slots=True)
class Watched:
    """Who watches one account, by the state database.

    Attributes:
        account: The account.
        holder: The process that holds its lease, `HOST PID`; None for nobody.
        looked_at: True where that process has lately looked at it.
    """

    account: str
    holder: str | None
    looked_at: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole of it.

    Attributes:
        workers: In the order of their addresses and numbers.
        missing: Addresses that no node offers, each with its accounts.
        unwatched: Accounts at which nobody looks.
        strangers: Accounts held by a process that is none of these workers, and that process.
        versions: The versions of Trueup that run, beside the one that asks; by worker.
    """

    workers: tuple[Standing, ...]
    missing: Mapping[str, Sequence[str]]
    unwatched: tuple[str, ...]
    strangers: Mapping[str, str]
    versions: Mapping[str, str]

    @property
    def well(self) -> bool:
        """Return whether every worker runs, and every account is looked at."""
        told = (self.missing, self.unwatched, self.strangers, self.versions)
        return bool(self.workers) and all(each.runs for each in self.workers) and not any(told)

    @property
    def settled(self) -> bool:
        """Return whether nothing is left that time may mend: all is well but for what no node offers."""
        waiting = {account for accounts in self.missing.values() for account in accounts}
        placed = all(each.runs for each in self.workers if each.offered)
        return placed and set(self.unwatched) <= waiting and not self.strangers

    def lines(self) -> list[str]:
        """Return what a person must know of it, worst first; one line if all is well."""
        said = [
            f"NO NODE OFFERS {RESOURCE}{egress}: no worker can watch {', '.join(accounts)}. On a machine "
            f"with that address: ray start --address=HEAD:6379 --resources '{{\"{RESOURCE}{egress}\": 1}}'"
            for egress, accounts in self.missing.items()
        ]
        if self.unwatched:
            said.append(f"NOBODY WATCHES {', '.join(self.unwatched)}.")
        lame = [f"{each.place} {each.word}" for each in self.workers if not each.runs and each.offered]
        if lame:
            said.append(f"Workers that do not run: {'; '.join(lame)}. What they say stands in Ray's logs.")
        said += [
            f"{account} is watched by {holder}, which is no worker of this cluster."
            for account, holder in self.strangers.items()
        ]
        said += [
            f"{place} runs Trueup {version}, which is not that of this command: have the same on every node."
            for place, version in self.versions.items()
        ]
        if not self.workers:
            said.append("No worker is placed: `trueup ray up` does that.")
        return said or ["Every worker runs, and every account is watched by one of them."]

    def document(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "well": self.well,
            "workers": [each.document() for each in self.workers],
            "egresses_not_offered": {name: list(accounts) for name, accounts in self.missing.items()},
            "accounts_not_watched": list(self.unwatched),
            "accounts_watched_by_others": dict(self.strangers),
        }


def picture(
    standings: Iterable[Standing],
    watched: Sequence[Watched],
    missing: Mapping[str, Sequence[str]],
    version: str,
) -> Picture:
    """Return how all of it stands.

    Args:
        standings: The workers, as the cluster has them; their accounts and offers are filled in here.
        watched: Every account of the settings, by the state database.
        missing: Addresses that no node offers, each with its accounts.
        version: Of the Trueup that asks.
    """
    held: dict[str, list[str]] = {}
    for each in watched:
        if each.holder is not None:
            held.setdefault(each.holder, []).append(each.account)
    workers = tuple(_filled(each, held, missing) for each in sorted(standings, key=_order))
    ours = {each.report.holder for each in workers if each.report is not None and each.report.holder}
    return Picture(
        workers=workers,
        missing=missing,
        unwatched=tuple(each.account for each in watched if each.holder is None or not each.looked_at),
        strangers={
            each.account: each.holder
            for each in watched
            if each.holder is not None and each.holder not in ours
        },
        versions={
            each.place: each.report.version
            for each in workers
            if each.report is not None and each.report.version != version
        },
    )


def _order(standing: Standing) -> tuple[str, int, str]:
    worker = Worker.read(standing.name)
    return ("", 0, standing.name) if worker is None else (worker.egress, worker.number, standing.name)


def _filled(
    standing: Standing, held: Mapping[str, Sequence[str]], missing: Mapping[str, Sequence[str]]
) -> Standing:
    worker = Worker.read(standing.name)
    holder = None if standing.report is None else standing.report.holder
    return Standing(
        standing.name,
        standing.state,
        standing.restarts,
        standing.report,
        tuple(sorted(held.get(holder, ()))) if holder is not None else (),
        offered=worker is None or worker.egress not in missing,
    )
