"""Who has silenced an alert in an Alertmanager is shown with it while it is so; on both databases."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from dashboard.words import alert as alert_words
from reconciler.cli.wording import alert_lines, view_document
from reconciler.console import Console
from reconciler.facts.silence import Silence
from reconciler.storage.database import Database
from reconciler.storage.silences import SILENCE, prune_silences, store_silences
from tests.reconciler.storage.test_two_acknowledge_at_once import find
from verification.facts.clock import SystemClock

HOUR = timedelta(hours=1)


def now() -> datetime:
    return SystemClock().now().utc


def shown(url: str) -> Silence | None:
    with Console.open(url) as console:
        return console.queries.alert(1).silenced


def kept(url: str, *accounts: str, silences: dict[int, Silence]) -> None:
    with Database.open(url, create=False) as database, database.write() as connection:
        store_silences(connection, accounts=accounts, silences=silences)


def test_it_is_shown_until_it_ends_or_is_taken_back(state_url: str) -> None:
    find(state_url, 1000)
    assert shown(state_url) is None
    silence = Silence("ann", now() + HOUR, "after lunch")

    kept(state_url, "main", silences={1: silence})
    assert shown(state_url) == silence
    kept(state_url, "another", silences={})
    assert shown(state_url) == silence, "another account's process says nothing of it"
    kept(state_url, "main", silences={1: Silence("bob", now() + HOUR, "later")})
    assert (each := shown(state_url)) is not None
    assert each.by == "bob"
    kept(state_url, "main", silences={})
    assert shown(state_url) is None
    kept(state_url, "main", silences={1: Silence("ann", now() - HOUR, "this morning")})
    assert shown(state_url) is None, "it is over, whether anybody has said so or not"


def test_what_is_over_is_forgotten(state_url: str) -> None:
    find(state_url, 1000)
    kept(
        state_url, "main", silences={1: Silence("ann", now() - HOUR, ""), 2: Silence("ann", now() + HOUR, "")}
    )
    with Database.open(state_url, create=False) as database, database.write() as connection:
        prune_silences(connection, now=now())
        assert connection.execute(sa.select(SILENCE.c.alert_id)).scalars().all() == [2]


def test_the_words_say_that_it_silences_nothing_of_ours(sqlite_state: str) -> None:
    find(sqlite_state, 1000)
    until = datetime.fromisoformat("2126-11-22T14:02:00+00:00")
    kept(sqlite_state, "main", silences={1: Silence("ann", until, "after lunch")})
    with Console.open(sqlite_state) as console:
        view = console.queries.alert(1)

    line = "  Silenced in the Alertmanager by ann, until 2126-11-22 14:02:00 UTC: after lunch"
    assert line in alert_lines(view)
    assert view_document(view)["silenced"] == {"by": "ann", "until": until.isoformat(), "note": "after lunch"}
    assert view.silenced is not None
    assert alert_words.silenced(view.silenced) == f"{line.strip()}. Trueup's own messages go on."
