"""Faults planted by name: each is one that a careless hand could make, and that the model must notice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from reconciler.alerts.case import AlertCase
from reconciler.facts import lease as rules
from reconciler.facts.lease import Holder, Lease, Tenancy
from reconciler.notify.owed import Plan, plan
from reconciler.service import notifying
from reconciler.service.notifying import Notifying
from reconciler.storage import leases, messages, persons
from reconciler.storage.held_store import HeldStore
from tests.model import lives
from tests.model.machine import Lives

Plant = Callable[[pytest.MonkeyPatch], None]
Life = Callable[[Lives], None]


@dataclass(frozen=True)
class Mutant:
    """A fault.

    Attributes:
        name: As the test names it.
        plant: Plants it.
        life: One in which it is caught.
        postgres: Whether it needs a database with a clock, and with several writers at once.
    """

    name: str
    plant: Plant
    life: Life
    postgres: bool


def _the_fence_does_not_lock(patch: pytest.MonkeyPatch) -> None:
    unlocked = sa.select(leases.LEASE).where(leases.LEASE.c.account == sa.bindparam("of"))
    patch.setattr(leases, "_OWN", unlocked)


def _the_fence_does_not_ask_for_the_token(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "is_of", lambda tenancy, lease: tenancy.expires_at is not None)


def _nothing_is_fenced(patch: pytest.MonkeyPatch) -> None:
    async def unfenced(self: HeldStore, work: Callable[[sa.Connection], Any]) -> Any:
        return await self._owning(work)

    patch.setattr(HeldStore, "_fenced", unfenced)


def _what_was_given_back_may_still_be_written(patch: pytest.MonkeyPatch) -> None:
    def is_of(tenancy: Tenancy, lease: Lease) -> bool:
        return tenancy.holder == lease.holder and tenancy.token == lease.token

    patch.setattr(leases, "is_of", is_of)


def _a_claim_takes_what_another_one_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "held_by", lambda tenancy, now: None)


def _a_claim_waits_for_ever_for_a_dead_holder(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "held_by", lambda tenancy, now: tenancy.expires_at and tenancy.holder)


def _a_lease_ends_by_the_clock_of_whoever_asks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "database_time", lambda connection, wall: wall)


def _the_token_does_not_grow(patch: pytest.MonkeyPatch) -> None:
    def claimed(tenancy: Tenancy, by: Holder, now: datetime, *, locked: bool) -> Tenancy | None:
        given = rules.claimed(tenancy, by, now, locked=locked)
        return None if given is None else replace(given, token=max(1, tenancy.token))

    patch.setattr(leases, "claimed", claimed)


def _what_is_given_back_keeps_others_away(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "given_back", lambda tenancy: tenancy)


def _a_message_is_marked_before_it_is_sent(patch: pytest.MonkeyPatch) -> None:
    send = Notifying._send

    async def careless(self: Notifying, served: Any, items: Any, held: Any) -> None:
        tells = tuple((each.alert.id, each.alert.key.account, each.seq, each.why) for each in items)
        now = self._clock.now().utc
        sent = messages.Sent(f"early {now}", served.channel.name, "", "", now, now, 1, "", tells)
        await self._store.save_sent(held.all, sent, served.state)
        await send(self, served, items, held)

    patch.setattr(Notifying, "_send", careless)


def _a_message_is_not_marked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(messages, "_still_ours", lambda connection, held, accounts: frozenset[str]())


def _whoever_sent_it_marks_it_whoever_holds_the_account(patch: pytest.MonkeyPatch) -> None:
    def ours(connection: sa.Connection, held: Mapping[str, Lease], accounts: set[str]) -> frozenset[str]:
        return frozenset(accounts)

    patch.setattr(messages, "_still_ours", ours)


def _it_is_settled_before_every_channel_was_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notifying, "is_settled", lambda channels, case: bool(case.told))


def _a_channel_that_was_told_once_is_owed_nothing_more(patch: pytest.MonkeyPatch) -> None:
    def forgetful(channel: Any, cases: Any, *, now: datetime) -> Plan:
        told = plan(channel, cases, now=now)
        return replace(told, due=tuple(x for x in told.due if channel.name not in x.case.told))

    patch.setattr(notifying, "plan", forgetful)


def _an_acknowledgement_is_not_held_against_what_was_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AlertCase, "outgrown", property(lambda self: False))


def _a_tap_is_not_held_against_what_the_message_showed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AlertCase, "grown_since_seen", property(lambda self: False))


def _an_acknowledgement_outlives_growth(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AlertCase, "broken", property(lambda self: False))


def _one_word_ends_another_unread(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(persons, "_unaware", lambda connection, alert, said: False)


def _one_healthy_read_resolves(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AlertCase, "enough", property(lambda self: True))


def _whoever_writes_ends_words_about_every_account(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(HeldStore, "_account", property(lambda self: None, lambda self, value: None), raising=False)


_PLANTS: tuple[tuple[Plant, Life, bool], ...] = (
    (_the_fence_does_not_lock, lives.a_claim_comes_in_the_middle_of_a_write, True),
    (_the_fence_does_not_ask_for_the_token, lives.a_holder_is_followed, False),
    (_nothing_is_fenced, lives.a_holder_is_followed, False),
    (_what_was_given_back_may_still_be_written, lives.it_is_given_back_and_taken, False),
    (_a_claim_takes_what_another_one_holds, lives.another_one_asks, True),
    (_a_claim_waits_for_ever_for_a_dead_holder, lives.a_holder_dies, True),
    (_a_lease_ends_by_the_clock_of_whoever_asks, lives.another_one_asks, True),
    (_the_token_does_not_grow, lives.it_is_given_back_and_taken, False),
    (_what_is_given_back_keeps_others_away, lives.it_is_given_back_and_taken, True),
    (_a_message_is_marked_before_it_is_sent, lives.a_channel_is_away, False),
    (_a_message_is_not_marked, lives.it_gets_worse, False),
    (_whoever_sent_it_marks_it_whoever_holds_the_account, lives.a_sender_is_followed, False),
    (_it_is_settled_before_every_channel_was_told, lives.a_channel_is_away, False),
    (_a_channel_that_was_told_once_is_owed_nothing_more, lives.it_gets_worse, False),
    (_an_acknowledgement_is_not_held_against_what_was_seen, lives.it_grows_before_the_word, False),
    (_a_tap_is_not_held_against_what_the_message_showed, lives.it_grows_before_the_tap, False),
    (_an_acknowledgement_outlives_growth, lives.it_grows_after_the_word, False),
    (_one_word_ends_another_unread, lives.two_speak_at_once, False),
    (_one_healthy_read_resolves, lives.it_is_clear_once, False),
    (_whoever_writes_ends_words_about_every_account, lives.another_account_is_looked_at, False),
)
MUTANTS = tuple(
    Mutant(plant.__name__.removeprefix("_"), plant, life, postgres) for plant, life, postgres in _PLANTS
)
