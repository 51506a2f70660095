"""Whether this process is alive, and whether it does its work: for supervisors and orchestrators."""

from collections.abc import Iterator

from pydantic import Field

from reconciler.facts.wording import duration
from reconciler.serve.door import Open
from reconciler.serve.endpoint import Answered, Asked, Endpoint, Words
from reconciler.serve.watching import Watching
from verification.facts.clock import Moment

WRITABLE_SECONDS = 15.0
"""A heartbeat is stored every two seconds; none for so long, and the state database takes no writes."""

READABLE_SECONDS = 15.0
"""The history of alerts is read every second."""


OVERDUE_SECONDS = 120.0
"""A message to people goes out within seconds; one that has waited for so long is overdue."""


class Health(Words):
    """It answers, so it is alive."""

    alive: bool


class Ready(Words):
    """Whether it does its work."""

    ready: bool = Field(description="True when there is no reason against it.")
    reasons: tuple[str, ...] = Field(description="What is missing, plain lines; empty when ready.")
    waiting: tuple[str, ...] = Field(
        description="Accounts that another process watches and this one would take over."
    )


def alive(asked: Asked) -> Answered:
    """Answer."""
    del asked
    return Answered(Health(alive=True))


def ready(asked: Asked) -> Answered:
    """Say what is missing: a first complete sweep, a database that takes writes, messages that go out."""
    now, house = asked.house.clock.now(), asked.house
    watchings = [watching() for _, watching in sorted(house.accounts.items())]
    reasons = [reason for each in watchings for reason in missing(each, now)]
    read_at = house.alerts.read_at
    if read_at is None or now.monotonic - read_at.monotonic > READABLE_SECONDS:
        reasons.append("the state database cannot be read")
    owed = house.owed()
    if owed is not None and owed > OVERDUE_SECONDS:
        reasons.append(f"a message to people has waited for {duration(owed)}: `trueup notify test` says why")
    waiting = tuple(each.account for each in watchings if each.known is None and each.held_by)
    answer = Ready(ready=not reasons, reasons=tuple(reasons), waiting=waiting)
    return Answered(answer, 200 if not reasons else 503)


def missing(watching: Watching, now: Moment) -> Iterator[str]:
    """Yield what an account lacks; nothing for one that another process watches, or is to watch."""
    account, known = watching.account, watching.known
    if known is None:
        if not watching.held_by and not watching.shared:
            yield f"{account} is not watched yet"
        return
    if known.swept is None or known.swept.cycle.last_complete_at is None:
        yield f"{account} has not been seen whole yet"
    beaten = watching.beaten_at
    if beaten is None or now.monotonic - beaten.monotonic > WRITABLE_SECONDS:
        yield f"the state database takes no heartbeat of {account}"


ENDPOINTS = (
    Endpoint(
        "GET",
        "/healthz",
        "Alive: the process answers.",
        alive,
        Health,
        opens=Open.MACHINE,
        from_memory=True,
    ),
    Endpoint(
        "GET",
        "/readyz",
        "Ready: every account was seen whole once, writes are taken, and no message to people is overdue.",
        ready,
        Ready,
        opens=Open.MACHINE,
        from_memory=True,
        statuses={503: "not ready: `reasons` say what is missing"},
        own_form=frozenset({503}),
    ),
)
