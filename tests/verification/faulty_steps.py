"""What may go wrong at each call of an opening: every call is one step, and a plan says what befalls it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tests.virtual_time import Death


class Crash(Death):
    """The process is dead."""


class Fault(StrEnum):
    """What may happen at a step. The first five are of the trader, `UNWRITTEN` is of the journal."""

    LOST_BEFORE = "lost before its effect"
    LOST_AFTER = "lost after its effect"
    LATE = "lost, effect after 4 s"
    TOO_LATE = "lost, effect after 15 s"
    REFUSED = "refused"
    UNWRITTEN = "not written"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    CRASH_LATE = "crash, effect after 4 s"


CRASHES = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.CRASH_LATE)
OF_JOURNAL = (Fault.UNWRITTEN, Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
LOST = (Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.LATE, Fault.TOO_LATE)
OF_TRADER = (*LOST, Fault.REFUSED, *CRASHES)


def of_step(name: str) -> tuple[Fault, ...]:
    """Return what can befall a step."""
    return OF_JOURNAL if name.startswith("journal.") else OF_TRADER


@dataclass(slots=True)
class Steps:
    """Counts the steps and does to each what the plan says."""

    plan: Mapping[int, Fault] = field(default_factory=dict)
    named: Mapping[str, Fault] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    history: list[list[str]] = field(default_factory=list)
    befell: list[Fault] = field(default_factory=list)
    crashed: bool = False

    def live(self, plan: Mapping[int, Fault]) -> None:
        """Begin a life of the process."""
        self.plan, self.names, self.crashed = plan, [], False
        self.history.append(self.names)

    def fault(self, name: str) -> Fault | None:
        if self.crashed:
            return Fault.CRASH_BEFORE  # whatever else it was about to do
        self.names.append(name)
        fault = self.plan.get(len(self.names) - 1) or self.named.get(name)
        if fault is not None:
            self.befell.append(fault)
            self.crashed = fault in CRASHES
        return fault
