"""The cluster as Ray has it: its nodes, and the workers as named actors. The one place that loads ray."""

import logging
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from reconciler.cluster.actor import WorkerActor
from reconciler.cluster.errors import ClusterError
from reconciler.cluster.placement import Worker
from reconciler.cluster.report import Report

NAMESPACE = "trueup"
SHARE = 0.001
"""What a worker takes of the address that a node offers: a thousand of them find room on one."""

ANSWER_SECONDS = 5.0
"""How long an actor may take to say how its process fares."""

PORTS = 1 << 16

CALLS = 8
"""How many of its functions an actor may be asked at once: its end takes a while."""

NOT_INSTALLED = "Ray is not installed: pip install 'trueup[ray]', on every node"
NO_CLUSTER = (
    "no Ray cluster is found{where}: start one with `ray start --head --resources '{{\"egress_NAME\": 1}}'` "
    "and run this command on one of its nodes, or name it with --address HOST:PORT"
)


@dataclass(frozen=True, slots=True)
class Actor:
    """What Ray says of one named actor.

    Attributes:
        name: Its name.
        state: Ray's word: ALIVE, RESTARTING, PENDING_CREATION and others; empty if not known.
        restarts: How often Ray has restarted it; None if not known.
    """

    name: str
    state: str
    restarts: int | None


class RayCluster:
    """A running Ray cluster, and the workers of one namespace in it. Use as a context manager, or `close`."""

    def __init__(self, ray: Any, namespace: str) -> None:
        """`ray` is the module, connected."""
        self._ray = ray
        self._namespace = namespace

    @classmethod
    def connect(cls, address: str | None = None, namespace: str = NAMESPACE) -> Self:
        """Connect to the cluster of this machine, or the one at `address`.

        Raises:
            ClusterError: Ray is not installed, there is no cluster, or it runs another version.
        """
        try:
            import ray
        except ModuleNotFoundError as error:
            if error.name != "ray":
                raise
            raise ClusterError(NOT_INSTALLED, usage=True) from None
        if address is not None:
            _knock(address)
        try:
            ray.init(
                address=address or "auto",
                namespace=namespace,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except ConnectionError:
            raise ClusterError(_no_cluster(address)) from None
        except RuntimeError as error:
            text = " ".join(str(error).split())
            if "ersion" not in text:
                raise ClusterError(f"the Ray cluster cannot be used: {text}") from error
            told = "Ray and Python must be of the same version on every node and here"
            raise ClusterError(f"{told}: {text}", usage=True) from error
        return cls(ray, namespace)

    def close(self) -> None:
        """Leave the cluster: what was started there goes on."""
        self._ray.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def offers(self) -> list[Mapping[str, float]]:
        """Return the resources of each living node."""
        with _asking():
            return [node["Resources"] for node in self._ray.nodes() if node["Alive"]]

    def running(self) -> list[str]:
        """Return the names of the actors that are to be there: those too that wait for a node."""
        with _asking():
            named = self._ray.util.list_named_actors(all_namespaces=True)
        return sorted(each["name"] for each in named if each["namespace"] == self._namespace)

    def actors(self, names: Iterable[str]) -> dict[str, Actor]:
        """Return what Ray says of each; nothing of one that has gone meanwhile."""
        told = _table()
        found = {}
        for name in names:
            actor = self._actor(name)
            if actor is not None:
                row = told.get(actor._actor_id.hex(), {})  # noqa: SLF001 - Ray tells it nowhere else
                found[name] = Actor(name, str(row.get("State", "")), row.get("NumRestarts"))
        return found

    def start(self, worker: Worker) -> None:
        """Have Ray start a worker where its address is offered, and keep it; it waits where none is."""
        options: dict[str, Any] = {
            "name": str(worker),
            "namespace": self._namespace,
            "lifetime": "detached",
            "get_if_exists": True,
            "max_restarts": -1,
            "max_concurrency": CALLS,
            "num_cpus": 0,
            "scheduling_strategy": "SPREAD",
        }
        if worker.resource is not None:
            options["resources"] = {worker.resource: SHARE}
        made = self._ray.remote(WorkerActor).options(**options)
        with _asking():
            made.remote(worker.egress, worker.claim, worker.config)

    def reports(self, names: Sequence[str], seconds: float = ANSWER_SECONDS) -> dict[str, Report | None]:
        """Ask workers how their processes fare; None of one that does not answer in time."""
        answers = self._each(names, lambda actor: actor.report.remote(), seconds)
        return {
            name: Report.read(told) if isinstance(told, Mapping) else None for name, told in answers.items()
        }

    def hang_up(self, names: Sequence[str], seconds: float = ANSWER_SECONDS) -> dict[str, bool]:
        """Have workers read their settings again; False of one that has not been reached."""
        answers = self._each(names, lambda actor: actor.hang_up.remote(), seconds)
        return {name: answer is True for name, answer in answers.items()}

    def end(self, names: Sequence[str], grace: float) -> dict[str, bool]:
        """End workers for good; False of one of which is not known that its process ended by itself.

        Args:
            names: Which.
            grace: How long a process may take to give its leases back, seconds.
        """
        answers = self._each(names, lambda actor: actor.end.remote(grace), grace + ANSWER_SECONDS)
        for name in names:
            actor = self._actor(name)
            if actor is not None:
                with _asking():
                    self._ray.kill(actor, no_restart=True)
        return {name: answer is True for name, answer in answers.items()}

    def _each(self, names: Sequence[str], ask: Callable[[Any], Any], seconds: float) -> dict[str, Any]:
        """Ask all of them at once; None of one that is not there, does not answer, or raises."""
        asked = {}
        for name in names:
            actor = self._actor(name)
            if actor is not None:
                asked[name] = ask(actor)
        answered, _ = (
            self._ray.wait(list(asked.values()), num_returns=len(asked), timeout=seconds)
            if asked
            else ([], [])
        )
        there = set(answered)
        return {name: self._answer(asked[name]) if asked.get(name) in there else None for name in names}

    def _answer(self, reference: Any) -> Any:
        try:
            return self._ray.get(reference, timeout=ANSWER_SECONDS)
        except (self._ray.exceptions.RayError, OSError):
            return None  # it died as it was asked: that it has not answered is what is known

    def _actor(self, name: str) -> Any:
        try:
            return self._ray.get_actor(name, namespace=self._namespace)
        except ValueError:  # gone
            return None


def _knock(address: str) -> None:
    """Find out whether anybody listens there at all: Ray itself would try for minutes.

    Raises:
        ClusterError: Nobody does, or it is no address.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host or not 0 < int(port) < PORTS:
        raise ClusterError(f"--address {address} is not of the form HOST:PORT", usage=True)
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
    except OSError:
        raise ClusterError(_no_cluster(address)) from None


def _no_cluster(address: str | None) -> str:
    return NO_CLUSTER.format(where=f" at {address}" if address else "")


def _table() -> Mapping[str, Mapping[str, Any]]:
    """Return Ray's table of all actors by id; empty where this Ray has none that we can read.

    The supported way to it needs Ray's dashboard, and forty more packages.
    """
    try:
        from ray._private.state import actors
    except ImportError:
        return {}
    with _asking():
        table: Mapping[str, Mapping[str, Any]] = actors()
    return table


@contextmanager
def _asking() -> Iterator[None]:
    """Turn what Ray raises where its head does not answer into one line."""
    import ray

    try:
        yield
    except (ray.exceptions.RayError, ConnectionError, RuntimeError) as error:
        first = " ".join(str(error).split())[:300]
        raise ClusterError(f"the Ray cluster does not answer: {type(error).__name__}: {first}") from error
