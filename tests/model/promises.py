"""The promises, held against all that is stored: after every step of the model."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import FindingKey
from reconciler.storage.decisions import ALERT, TRANSITION
from reconciler.storage.leases import LEASE
from reconciler.storage.mapping import alert_of
from reconciler.storage.messages import TELLS
from tests.model.world import CHANNELS, CONDITIONS, World


def hold(world: World) -> None:
    """Read all that is stored once, and hold each promise against it."""
    with world.database.read() as connection:
        stored = [alert_of(row) for row in connection.execute(sa.select(ALERT).order_by(ALERT.c.id))]
        query = sa.select(TRANSITION).order_by(TRANSITION.c.alert_id, TRANSITION.c.seq)
        rows = list(connection.execute(query))
        given = {row.account: row for row in connection.execute(sa.select(LEASE))}
        tells = list(connection.execute(sa.select(TELLS)))
    an_account_is_of_who_was_given_it_last(world, given)
    each_condition_has_one_open_alert_and_none_is_lost(world, stored)
    a_word_of_a_person_is_in_force_until_it_ends(world, stored)
    history = defaultdict[int, list[Any]](list)
    for row in rows:
        history[row.alert_id].append(row)
    what_is_owed_is_what_people_must_be_told(world, stored, history)
    a_history_has_no_hole(stored, history)
    what_is_settled_has_come(world, history)
    what_is_marked_is_what_the_holder_marked(world, history, tells)


def an_account_is_of_who_was_given_it_last(world: World, given: dict[str, Any]) -> None:
    for account, tenure in world.tenures.items():
        row = given.get(account)
        if row is None:
            assert tenure.number == 0
            continue
        assert (row.token, row.instance or "") == (tenure.number, tenure.holder)
        assert (row.expires_at is None) == (tenure.ends is None)
        if tenure.ends is not None and not world.file:
            assert abs((row.expires_at - world.now).total_seconds() - tenure.ends + world.seconds) < 0.001


def each_condition_has_one_open_alert_and_none_is_lost(world: World, stored: list[Alert]) -> None:
    found = [alert for alert in stored if alert.state.open]
    assert sorted(each.key for each in found) == sorted(key for key, life in world.lives.items() if life.open)
    for alert in found:
        life = world.lives[alert.key]
        assert (alert.fired_at is not None) == life.told
        assert (alert.state is AlertState.RECOVERING) == bool(life.healing)


def a_word_of_a_person_is_in_force_until_it_ends(world: World, stored: list[Alert]) -> None:
    for alert in stored:
        if not alert.state.open:
            continue
        life = world.lives[alert.key]
        word, given, held = life.word, alert.acknowledgement, alert.hold
        assert (given is not None) == (word is not None and word.what == "acknowledge")
        assert (held is not None) == (word is not None and word.what == "snooze")
        in_force = given or held
        assert in_force is None or word is None or in_force.by == word.by
        if not life.healing:
            assert (alert.state is AlertState.ACKNOWLEDGED) == (given is not None)


def what_is_owed_is_what_people_must_be_told(
    world: World, stored: list[Alert], history: dict[int, list[Any]]
) -> None:
    owed: dict[FindingKey, list[str]] = {key: [] for key in CONDITIONS}
    for alert in stored:
        owed[alert.key] += [row.owed for row in history[alert.id] if row.owed is not None]
    assert owed == {key: life.owed for key, life in world.lives.items()}


def a_history_has_no_hole(stored: list[Alert], history: dict[int, list[Any]]) -> None:
    for alert in stored:
        steps = history[alert.id]
        assert [each.before for each in steps] == [None, *(each.after for each in steps[:-1])]
        assert len({each.seq for each in steps}) == len(steps)
        assert steps[-1].after == alert.state.value


def what_is_settled_has_come(world: World, history: dict[int, list[Any]]) -> None:
    for number, steps in history.items():
        for place, row in enumerate(row for row in steps if row.owed is not None):
            if row.notified_at is not None:
                for channel in CHANNELS:
                    came = world.letters.came[channel, number]
                    assert came > place, f"word {place} of alert {number} has not come on {channel}"


def what_is_marked_is_what_the_holder_marked(
    world: World, history: dict[int, list[Any]], tells: list[Any]
) -> None:
    marked: dict[tuple[str, int], int] = defaultdict(int)
    for row in tells:
        words = [each.seq for each in history[row.alert_id] if each.owed is not None]
        upto = sum(seq <= row.seq for seq in words)
        marked[row.channel, row.alert_id] = max(marked[row.channel, row.alert_id], upto)
    assert marked == {sent: upto for sent, upto in world.letters.marked.items() if upto}
