"""The actor of one worker: it keeps `trueup run --claim N` running on its node, and says how that fares.

Ray makes one of this class by its name, on a node that has Trueup itself. It is given no secret and hands
none on: settings file and environment are those of its node.
"""

from typing import Any

from reconciler.cluster.kept_process import KeptProcess


class WorkerActor:
    """One worker. Its process ends with it, whoever ends it."""

    def __init__(self, egress: str, claim: int, config: str) -> None:
        """Begin its process.

        Args:
            egress: The address whose accounts it may watch, by name; empty for all.
            claim: How many accounts it watches at most.
            config: The settings file on this node.
        """
        only = ("--egress", egress) if egress else ()
        self._kept = KeptProcess("reconciler", ("run", "--claim", str(claim), *only, "--config", config))

    def report(self) -> dict[str, Any]:
        """Say how its process fares; see `Report`."""
        return self._kept.report().document()

    def hang_up(self) -> bool:
        """Have it read its settings again; False where no process runs that could."""
        return self._kept.hang_up()

    def end(self, grace: float) -> bool:
        """End its process calmly: it gives its leases back. True if it did so within the grace, seconds."""
        return self._kept.end(grace)
