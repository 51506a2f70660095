"""A channel as one process serves it, and what all of them are served with."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconciler.facts.message import ChannelView
from reconciler.notify.channel import Channel
from reconciler.notify.courier import Courier
from reconciler.notify.phone import Phone
from verification.facts.clock import Moment


@dataclass(slots=True)
class ServedChannel:
    """A channel, as this process serves it.

    Attributes:
        channel: What is told on it.
        courier: What takes messages there.
        state: How it fares; None until the state database was asked.
        free_at: When it may next be sent something, monotonic seconds.
        due_since: Since when something is due, monotonic seconds; None while nothing is.
        tried_at: When what waits was first tried; None where nothing was.
        attempts: How often it was tried.
        sending: What sends at the moment.
    """

    channel: Channel
    courier: Courier
    state: ChannelView | None = None
    free_at: float = 0.0
    due_since: float | None = None
    tried_at: Moment | None = None
    attempts: int = 0
    sending: asyncio.Task[None] | None = None

    def waits(self, now: Moment) -> float:
        """Return for how many seconds the oldest of what it is owed waits; 0 for nothing.

        One that fails may be owed nothing: what it was owed has lapsed.
        """
        if self.due_since is None and self.sending is None:
            return 0.0
        waits = [0.0] if self.due_since is None else [now.monotonic - self.due_since]
        if self.state is not None and self.state.failing_since is not None:
            waits.append((now.utc - self.state.failing_since).total_seconds())
        if self.tried_at is not None:
            waits.append(now.monotonic - self.tried_at.monotonic)
        return max(waits)


@dataclass(frozen=True, slots=True)
class Posting:
    """What messages are sent with.

    Attributes:
        couriers: What takes messages to each channel.
        public_url: What the links in them begin with.
        accounts: Those of the settings.
        phones: Those of the couriers by which people can answer, by the channel's name.
    """

    couriers: tuple[tuple[Channel, Courier], ...]
    public_url: str
    accounts: Collection[str]
    phones: Mapping[str, Phone] = field(default_factory=dict)
