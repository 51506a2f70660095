"""What is offered, one value each: its path, who may ask it, its typed question and its typed answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from reconciler.console import Console
from reconciler.facts.token import Role, Token
from reconciler.serve.door import Open
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.serve.watching import Watching
from verification.facts.clock import Clock


class Words(BaseModel):
    """Values that a program sends or is given: nothing but what is documented, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Words):
    """No parameters."""


class Failure(Words):
    """Why there is no answer."""

    error: str = Field(description="One plain line.")


@dataclass(frozen=True, slots=True)
class House:
    """What answers are made of.

    Attributes:
        console: The door to the state database.
        clock: Where time comes from.
        accounts: What this process knows of each of its accounts, by name; asking waits for nothing.
        alerts: The open alerts, in memory.
        owed: For how many seconds the oldest message that is owed waits; None where nobody is told.
        ping_failing: For how many seconds no outward ping was taken; None where none is sent.
        used: By account, the part of the limit of its venue and address that is used at this moment.
    """

    console: Console
    clock: Clock
    accounts: Mapping[str, Callable[[], Watching]]
    alerts: OpenAlerts
    owed: Callable[[], float | None] = lambda: None
    used: Callable[[], Mapping[str, float]] = dict
    ping_failing: Callable[[], float] | None = None

    def seen_by(self, token: Token | None) -> "House":
        """Return the same of the accounts alone that a token is for, and where it acts on no others."""
        if token is None or token.groups is None:
            return self
        groups = frozenset(token.groups) - {""}
        ours = _Ours(self.accounts, groups)
        return replace(self, console=self.console.seen_by(groups), accounts=ours, used=dict)


class _Ours(Mapping[str, Callable[[], Watching]]):
    """The accounts of some groups. The gate asks for one: of the others nothing is looked at for that."""

    def __init__(self, every: Mapping[str, Callable[[], Watching]], groups: frozenset[str]) -> None:
        self._every = every
        self._groups = groups

    @override
    def __getitem__(self, name: str) -> Callable[[], Watching]:
        found = self._every[name]
        if found().group not in self._groups:
            raise KeyError(name)
        return found

    @override
    def __iter__(self) -> Iterator[str]:
        return (name for name, each in self._every.items() if each().group in self._groups)

    @override
    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        house: What the answer is made of.
        query: Its parameters, checked; of the type that the endpoint names.
        body: Its body, checked.
        item: The number in its path; 0 without one.
        token: Who asks; None where no token is needed.
    """

    house: House
    query: BaseModel
    body: BaseModel
    item: int
    token: Token | None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with the status that it is given."""

    answer: BaseModel
    status: int = 200


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One thing that is offered.

    Attributes:
        method: HTTP method.
        path: Its path; `{id}` in it is a number.
        summary: What it answers, one line.
        does: Answers. In a thread, where it may wait for the state database; at once where `from_memory`.
        answer: The type of its answer.
        opens: To whom it is open.
        role: What a token must be for.
        query: The type of its parameters.
        body: The type of its body; None without one.
        from_memory: True where the answer waits for nothing.
        statuses: What else it may answer, and why.
        own_form: Those of them that it answers itself, in the form of its answer.
    """

    method: str
    path: str
    summary: str
    does: Callable[[Asked], Answered]
    answer: type[BaseModel]
    opens: Open = Open.TOKEN
    role: Role = Role.VIEWER
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    from_memory: bool = False
    statuses: Mapping[int, str] = field(default_factory=dict)
    own_form: frozenset[int] = frozenset()
