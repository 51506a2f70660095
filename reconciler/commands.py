"""What can be done through the one door, and the same as one person may do it: by role, in their name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from reconciler.alerts.answer import Answer
from reconciler.alerts.errors import AlertCommandError, AlertNotFound, NoSuchAccount, NotAllowed
from reconciler.alerts.quiet import Window
from reconciler.alerts.seen import Seen
from reconciler.facts.person import LEAST, Deed, Person


class Commands(Protocol):
    """What can be done. Every method raises `StateDatabaseError` when it could not be stored.

    What a person says of an alert covers what they saw and no more: one that has grown since fires again at
    once, which the answer tells. On return it is durable. All of these take:

    Args:
        alert_id: Which one.
        by: Who.
        note: What they say; required where they saw a critical alert, for what is intended, and to close.
        origin: From where: `dashboard`, `cli`, `api`, `telegram` or `ntfy`.
        seen: The alert as it was shown to them; None stands for the alert as it is stored.
        until: When it is to end, aware UTC, as it was shown to them; None for the usual time. How long each
            may last stands in `Limits`.

    Raises:
        AlertCommandError: It was refused; the message says why, to be shown as it is.
    """

    def acknowledge(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
    ) -> Answer:
        """Say that a person has seen an alert, and is on it. The second of two is told of the first."""

    def snooze(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
    ) -> Answer:
        """Say: not now. It stays open and in sight, and comes back by itself, or when it gets worse."""

    def intend(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
        surplus: Decimal | None = None,
    ) -> Answer:
        """Say that a position is meant to be there: it comes back when its size changes, or its time is over.

        `surplus` is what they saw the exchange hold beyond the bots' books, signed contracts
        (`Alert.surplus`); None stands for what it is.
        """

    def close(self, alert_id: int, *, by: str, note: str, origin: str, seen: Seen | None = None) -> Answer:
        """Close an alert for a reason, whatever the checks show; found again it is a new one, and says so."""

    def note(self, alert_id: int, *, by: str, note: str, origin: str) -> Answer:
        """Add a word to an alert, open or over. Nothing else changes."""

    def check_again(self, alert_id: int, *, by: str, origin: str) -> Answer:
        """Ask for another look at what an alert is about; whoever watches its account looks at once."""

    def begin_maintenance(
        self, account: str, *, by: str, note: str, origin: str, until: datetime | None = None
    ) -> Window:
        """Say that an account is being worked on: what is raised meanwhile is told when that is over.

        A position that no stop protects or no bot knows is told all the same (`always_told` of its kind). A
        window that is open is ended, and this one takes its place.
        """

    def end_maintenance(self, account: str, *, by: str) -> Window:
        """Say that the work on an account is over, before its time."""

    def try_channel(self, channel: str, *, by: str) -> int:
        """Ask for a test message on a channel; the reconciler sends it. Return the number of that test."""


class Belonging(Protocol):
    """To which groups accounts belong. Each raises `StateDatabaseError` when that cannot be read."""

    def of_alert(self, alert_id: int) -> str | None:
        """Return the group of an alert's account, empty for none; None where there is no such alert."""

    def of_account(self, account: str) -> str | None:
        """Return the group of an account, empty for none; None where nothing is known of it."""


@dataclass(frozen=True, slots=True)
class PersonalCommands:
    """`Commands` as one person may give them. Refuses what their role does not allow, with `NotAllowed`.

    What they may not see is refused in the words for what is not there. Where sign-in knows their name, all
    that they do is done in it, whatever a form says.
    """

    commands: Commands
    person: Person
    belonging: Belonging | None

    def acknowledge(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
    ) -> Answer:
        """Acknowledge, as `Commands` does."""
        name = self._of_alert(Deed.ACKNOWLEDGE, alert_id, by)
        return self.commands.acknowledge(alert_id, by=name, note=note, origin=origin, seen=seen, until=until)

    def snooze(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
    ) -> Answer:
        """Snooze, as `Commands` does."""
        name = self._of_alert(Deed.SNOOZE, alert_id, by)
        return self.commands.snooze(alert_id, by=name, note=note, origin=origin, seen=seen, until=until)

    def intend(
        self,
        alert_id: int,
        *,
        by: str,
        note: str,
        origin: str,
        seen: Seen | None = None,
        until: datetime | None = None,
        surplus: Decimal | None = None,
    ) -> Answer:
        """Say that it is meant to be so, as `Commands` does."""
        name = self._of_alert(Deed.INTEND, alert_id, by)
        return self.commands.intend(
            alert_id, by=name, note=note, origin=origin, seen=seen, until=until, surplus=surplus
        )

    def close(self, alert_id: int, *, by: str, note: str, origin: str, seen: Seen | None = None) -> Answer:
        """Close, as `Commands` does."""
        name = self._of_alert(Deed.CLOSE, alert_id, by)
        return self.commands.close(alert_id, by=name, note=note, origin=origin, seen=seen)

    def note(self, alert_id: int, *, by: str, note: str, origin: str) -> Answer:
        """Add a word, as `Commands` does."""
        name = self._of_alert(Deed.NOTE, alert_id, by)
        return self.commands.note(alert_id, by=name, note=note, origin=origin)

    def check_again(self, alert_id: int, *, by: str, origin: str) -> Answer:
        """Ask for another look, as `Commands` does."""
        name = self._of_alert(Deed.CHECK_AGAIN, alert_id, by)
        return self.commands.check_again(alert_id, by=name, origin=origin)

    def begin_maintenance(
        self, account: str, *, by: str, note: str, origin: str, until: datetime | None = None
    ) -> Window:
        """Begin a maintenance window, as `Commands` does."""
        name = self._of_account(Deed.MAINTAIN, account, by)
        return self.commands.begin_maintenance(account, by=name, note=note, origin=origin, until=until)

    def end_maintenance(self, account: str, *, by: str) -> Window:
        """End a maintenance window, as `Commands` does."""
        return self.commands.end_maintenance(account, by=self._of_account(Deed.MAINTAIN, account, by))

    def try_channel(self, channel: str, *, by: str) -> int:
        """Ask for a test message, as `Commands` does."""
        return self.commands.try_channel(channel, by=self._of_all(Deed.TEST_CHANNEL, by))

    def _seen(self, asked: Callable[[Belonging], str | None], missing: AlertCommandError) -> str:
        """Return the group of something; that is nothing to somebody whose role is the same everywhere.

        Raises:
            AlertCommandError: `missing`: they do not see it, or there is none.
        """
        if self.person.everywhere and not self.person.groups:
            group: str | None = ""
        else:
            group = None if self.belonging is None else asked(self.belonging)
        if group is None or self.person.role_for(group) is None:
            raise missing
        return group

    def _of_alert(self, deed: Deed, alert_id: int, typed: str) -> str:
        """Return in whose name it is done to an alert.

        Raises:
            AlertNotFound: They do not see it, or there is none.
            NotAllowed: Their role does not allow it.
        """
        missing = AlertNotFound(f"there is no alert {alert_id}: see `trueup alerts list`")
        return self._name(deed, self._seen(lambda belonging: belonging.of_alert(alert_id), missing), typed)

    def _of_account(self, deed: Deed, account: str, typed: str) -> str:
        """Return in whose name it is done to an account.

        Raises:
            NoSuchAccount: They do not see it, or there is none.
            NotAllowed: Their role does not allow it.
        """
        missing = NoSuchAccount(f"no account is called {account}: `trueup status` lists them")
        return self._name(deed, self._seen(lambda belonging: belonging.of_account(account), missing), typed)

    def _of_all(self, deed: Deed, typed: str) -> str:
        """Return in whose name it is done to what all accounts share.

        Raises:
            NotAllowed: Their role does not allow it, or is for some groups of accounts only.
        """
        if not self.person.everywhere and self.person.may(deed):
            least = LEAST[deed].with_article
            raise NotAllowed(f"All accounts share this: it takes {least} of all of them, not of some groups.")
        return self._name(deed, "", typed)

    def _name(self, deed: Deed, group: str, typed: str) -> str:
        if not self.person.may_for(deed, group):
            least = LEAST[deed].with_article
            role = self.person.role_for(group) or self.person.role
            where = f" of the accounts of {group}" if group and self.person.groups else ""
            raise NotAllowed(f"You are signed in as {role.with_article}{where}: this takes {least}.")
        return self.person.name or typed
