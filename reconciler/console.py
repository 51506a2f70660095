"""The one door for screens and the command line: queries that return frozen views, and commands.

No row, session or exchange object crosses it, and it loads neither ccxt nor the scheduler. Everything is
synchronous; every query is one short read transaction, so what it returns belongs together.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from types import TracebackType
from typing import Protocol, Self

from reconciler.admission import Accounts, Tokens
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.answer import Answer
from reconciler.alerts.errors import (
    AlertChanged,
    AlertCommandError,
    AlertGrown,
    AlertNotFound,
    AlreadyResolved,
    AnotherSize,
    NameRequired,
    NoSuchAccount,
    NoSuchChannel,
    NotAllowed,
    NotByHand,
    NoteRequired,
    NotFiringYet,
    NoWindow,
    TakenMeanwhile,
    WrongEnd,
)
from reconciler.alerts.quiet import Quiet, QuietBy, Window
from reconciler.alerts.seen import Seen, seen_of
from reconciler.commands import Belonging, Commands, PersonalCommands
from reconciler.facts.finding import Kind
from reconciler.facts.heartbeat import WatchView
from reconciler.facts.message import ChannelView, ReplyView
from reconciler.facts.person import Person, limited
from reconciler.facts.token import Role
from reconciler.insight import Changes, Insight
from reconciler.record.attestation.document import canonical as attested_json
from reconciler.record.attestation.document import digest as attested_digest
from reconciler.record.attestation.page import page as attested_page
from reconciler.storage.accounts import AccountError, StoredAccounts
from reconciler.storage.change_store import ShownChanges
from reconciler.storage.commands import StoredCommands
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.groups import StoredBelonging
from reconciler.storage.insight import StoredInsight
from reconciler.storage.queries import StoredQueries
from reconciler.storage.tokens import StoredTokens, TokenNotFound
from reconciler.views.account import PositionView
from reconciler.views.alert import AlertView, ChangesView
from reconciler.views.alert_list import AlertFilter, AlertListView
from reconciler.views.alert_story import AlertStory
from reconciler.views.latency import LatencyView
from reconciler.views.now import NowView
from reconciler.views.verification import VerificationView
from verification.facts.clock import Clock, SystemClock

__all__ = [
    "AccountError",
    "Accounts",
    "AlertChanged",
    "AlertCommandError",
    "AlertGrown",
    "AlertNotFound",
    "AlreadyResolved",
    "AnotherSize",
    "Answer",
    "Changes",
    "Commands",
    "Console",
    "Insight",
    "NameRequired",
    "NoSuchAccount",
    "NoSuchChannel",
    "NoWindow",
    "NotAllowed",
    "NotByHand",
    "NotFiringYet",
    "NoteRequired",
    "Queries",
    "Quiet",
    "QuietBy",
    "Seen",
    "StateDatabaseError",
    "StateTrouble",
    "TakenMeanwhile",
    "TokenNotFound",
    "Tokens",
    "Window",
    "WrongEnd",
    "attested_digest",
    "attested_json",
    "attested_page",
    "seen_of",
]


class Queries(Protocol):
    """What can be asked. Every method raises `StateDatabaseError` when the database cannot be read."""

    def now(self) -> NowView:
        """Return what the first page and the strip need; `account_state` says how well accounts are seen."""

    def alerts(
        self,
        *,
        states: Collection[AlertState] | None = None,
        kinds: Collection[Kind] | None = None,
        accounts: Collection[str] | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> tuple[Alert, ...]:
        """Return alerts, newest first seen first. None means all of them; an empty collection none."""

    def alert(self, alert_id: int) -> AlertView:
        """Return one alert with its history.

        Raises:
            AlertNotFound: No alert has this id.
        """

    def alert_list(self, wanted: AlertFilter, *, limit: int | None = 50, offset: int = 0) -> AlertListView:
        """Return a page of what fits, open ones first, and how many there are of each. No limit: all."""

    def alerts_numbered(self, numbers: Collection[int]) -> tuple[Alert, ...]:
        """Return the alerts of these numbers, open ones first; a number that none has is passed over."""

    def story(self, alert: Alert) -> AlertStory:
        """Return what led to an alert: the verifications about it, whole, and its earlier episodes."""

    def positions(self) -> tuple[PositionView, ...]:
        """Return the latest view of every leg, those that differ first, then by account and symbol."""

    def latency(
        self, period: timedelta, bucket: timedelta, *, account: str | None = None
    ) -> tuple[LatencyView, ...]:
        """Return one series per source and measure over the last `period`.

        The bucket is widened where `period / bucket` would pass 600 points or where the finer record is no
        longer kept. Starts of buckets are multiples of the bucket, so an unchanged series stays identical.

        Args:
            period: How far back from now.
            bucket: Wanted width of a point.
            account: One account; None merges all (their views carry an empty account).
        """

    def verifications(
        self, *, limit: int = 100, offset: int = 0, accounts: Collection[str] | None = None
    ) -> tuple[VerificationView, ...]:
        """Return stored verifications, latest first."""

    def channels(self) -> tuple[ChannelView, ...]:
        """Return how the channels fare on which people are told; one that was taken out too."""

    def replies(self) -> tuple[ReplyView, ...]:
        """Return the newest answers from phones, refused ones too, newest first."""

    def windows(self) -> tuple[Window, ...]:
        """Return the maintenance windows that are open."""

    def watches(self) -> tuple[WatchView, ...]:
        """Return who watches each account, by its name; one that is watched no more too."""

    def changes(self, after: int | None) -> ChangesView:
        """Return whether an alert that people are told of has changed since; cheap, to be asked often.

        Args:
            after: The number that the last answer named; None for the first question, which tells of nothing.
        """

    def version(self) -> str:
        """Return a cheap token that changes with anything a screen shows, but not with mere heartbeats."""


@dataclass(frozen=True, slots=True)
class Console:
    """An open state database. Use as a context manager or call `close`. Safe to use from several threads."""

    queries: Queries
    commands: Commands
    tokens: Tokens
    accounts: Accounts
    insight: Insight
    changes: Changes
    shut: Callable[[], None] = field(default=lambda: None, repr=False)
    belonging: Belonging | None = None
    narrowed: Callable[[frozenset[str]], "Console"] | None = field(default=None, repr=False)

    @classmethod
    def open(cls, url: str, *, clock: Clock | None = None) -> "Console":
        """Open an existing state database. Never creates one: an absent one is an error, not "no alerts".

        Args:
            url: As in the settings: `sqlite:///trueup.db` or `postgresql+psycopg://...`.
            clock: Where `now` comes from; the machine's when None.

        Raises:
            StateDatabaseError: It cannot be used; `trouble` says why, the message what to do.
        """
        database = Database.open(url, create=False)
        return replace(cls.on(database, clock or SystemClock()), shut=database.close)

    @classmethod
    def on(cls, database: Database, clock: Clock) -> "Console":
        """Return the door to a database that is open already, and stays whoever's it is."""
        commands, belonging = StoredCommands(database, clock), StoredBelonging(database)

        def on(groups: frozenset[str] | None) -> "Console":
            limits = limited("", Role.ADMIN, None if groups is None else sorted(groups))
            return cls(
                StoredQueries(database, clock, groups),
                commands if groups is None else PersonalCommands(commands, limits, belonging),
                StoredTokens(database, clock),
                StoredAccounts(database, clock),
                StoredInsight(database, clock, groups),
                ShownChanges(database, clock, groups),
                belonging=belonging,
                narrowed=narrowed,
            )

        narrowed = cache(on)
        return on(None)

    def seen_by(self, groups: frozenset[str] | None) -> "Console":
        """Return the same for whoever sees the accounts of these groups alone, and acts on no others."""
        if groups is None:
            return self
        assert self.narrowed is not None, "this console cannot be limited, so nobody may ask who is"
        return self.narrowed(groups)

    def commands_of(self, person: Person) -> Commands:
        """Return what this person can have done: what their roles allow, and in their own name."""
        return PersonalCommands(self.commands, person, self.belonging)

    def close(self) -> None:
        """Close every connection. Safe to call twice."""
        self.shut()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
