"""The kinds of ledgers that installed packages bring, by entry points of `trueup.ledgers`, beside our own."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from typing_extensions import override

from reconciler.ledgers.checked import CheckedLedger
from reconciler.ledgers.kind import LedgerKind, Opener
from reconciler.ledgers.port import Ledger, LedgerOptions
from verification.facts.clock import Clock

GROUP = "trueup.ledgers"


class KindUnusable(Exception):
    """A kind that a package brings cannot be used; the message says why and what to do, after its name."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a kind comes from.

    Attributes:
        package: The name of the distribution that brings it; its `version`. Both empty where not known.
        place: `module:name`, as its entry point says.
    """

    package: str
    version: str
    place: str

    @override
    def __str__(self) -> str:
        """Return it for a line: `package 1.2 (module:name)`."""
        known = f"{self.package} {self.version}".strip()
        return f"{known} ({self.place})" if known else self.place


class InstalledKinds(Mapping[str, LedgerKind]):
    """Our own kinds, and those of installed packages; a package is loaded once its kind is asked for."""

    def __init__(self, own: Mapping[str, LedgerKind], group: str = GROUP) -> None:
        """`own` always stands for itself: no package can take the name of one."""
        self._own = own
        self._group = group
        self._loaded: dict[str, LedgerKind] = {}

    @override
    def __getitem__(self, name: str) -> LedgerKind:
        """Return a kind.

        Raises:
            KeyError: Neither we nor a package bring it.
            KindUnusable: A package brings it, and it cannot be loaded, or two bring it.
        """
        if name in self._own:
            return self._own[name]
        if name not in self._loaded:
            self._loaded[name] = _loaded(self._brought()[name])
        return self._loaded[name]

    @override
    def __iter__(self) -> Iterator[str]:
        """Yield the names: our own, then what packages bring."""
        yield from self._own
        yield from (name for name in sorted(self._brought()) if name not in self._own)

    @override
    def __len__(self) -> int:
        """Return how many there are."""
        return sum(1 for _ in self)

    @override
    def __contains__(self, name: object) -> bool:
        """Return whether a kind of this name is there; loads nothing."""
        return name in self._own or name in self._brought()

    def origin(self, name: str) -> Origin | None:
        """Return which package brings a kind; None for our own and for one that is not there."""
        found = () if name in self._own else self._brought().get(name, ())
        return _origin(found[0]) if found else None

    def _brought(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        found: defaultdict[str, list[EntryPoint]] = defaultdict(list)
        for point in entry_points(group=self._group):
            if point not in found[point.name]:
                found[point.name].append(point)
        return {name: tuple(points) for name, points in found.items()}


def _origin(point: EntryPoint) -> Origin:
    known = point.dist
    return Origin("" if known is None else known.name, "" if known is None else known.version, point.value)


def _loaded(points: tuple[EntryPoint, ...]) -> LedgerKind:
    if len(points) > 1:
        several = " and ".join(str(_origin(each)) for each in points)
        raise KindUnusable(f"is brought by {several}: uninstall all but one")
    origin = _origin(points[0])
    try:
        kind = points[0].load()
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise KindUnusable(
            f"cannot be loaded from {origin} ({told}): repair or update that package"
        ) from error
    if not isinstance(kind, LedgerKind):
        made = type(kind).__name__
        raise KindUnusable(f"is a {made} in {origin}, and has to be a trueup.ledgers.LedgerKind: repair it")
    return replace(kind, open=_checked(kind.open))


def _checked(opener: Opener) -> Opener:
    def opened(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
        return CheckedLedger(name, opener(name, url, clock, folder, options))

    return opened
