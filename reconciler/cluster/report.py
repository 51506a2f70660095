"""What a worker says of itself, as it travels between machines, of any version; pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """How the process of one worker fares.

    Attributes:
        host: The machine's name, as in leases.
        pid: The number of the process there; None while none runs.
        begun: How often a process was begun.
        last_exit: The exit code of the last one that ended; None if none has.
        version: The version of Trueup that runs there.
        said: Why none can be begun; empty if one can.
    """

    host: str
    pid: int | None
    begun: int
    last_exit: int | None
    version: str
    said: str = ""

    @property
    def holder(self) -> str | None:
        """Return the process as leases name it, `HOST PID`; None while none runs."""
        return None if self.pid is None else f"{self.host} {self.pid}"

    def document(self) -> dict[str, Any]:
        """Return it as it travels."""
        return asdict(self)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Report | None":
        """Return it as it has come; None where that is not of this form."""
        known = {name: document[name] for name in cls.__slots__ if name in document}
        try:
            return cls(**known)
        except TypeError:
            return None
