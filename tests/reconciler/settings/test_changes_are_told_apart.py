"""Settings that are read again: what is taken at once, and what waits for a restart and stays as it was."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.settings import Settings, load
from reconciler.settings.changes import Difference, difference, other_words, taken_of
from tests.reconciler.settings_files import GOOD, written


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BINANCE_KEY", "BINANCE_SECRET"):
        monkeypatch.setenv(name, "a-secret")


def both(folder: Path, old: str, new: str) -> tuple[Settings, Settings]:
    return load(written(folder, GOOD + old)), load(written(folder, GOOD + new))


def test_entries_come_go_change_and_stay() -> None:
    found = difference({"a": 1, "b": 2, "c": 3, "d": 4}, {"e": 5, "d": 4, "c": 0, "a": 1})

    assert found == Difference(added=("e",), removed=("b",), changed=("c",), unchanged=("d", "a"))
    assert list(found.words("account")) == [
        "account e added",
        "account b removed",
        "account c changed",
        "account d, a unchanged",
    ]


def test_what_is_opened_once_waits_for_a_restart_and_is_named(tmp_path: Path) -> None:
    new = '[database]\nurl = "sqlite:///other.db"\n[serve]\nport = 9\n[dashboard]\nport = 8\n'
    running, wanted = both(tmp_path, "", f"{new}[keep]\nalerts = 7\n[checks]\ngrace = 1\n")

    taken = taken_of(running, wanted)

    assert list(other_words(running, wanted)) == [
        "[keep] changed",
        "checks.grace needs a restart, and stays as it was",
        "[database] needs a restart, and stays as it was",
        "[dashboard] needs a restart, and stays as it was",
        "[serve] needs a restart, and stays as it was",
    ]
    assert (taken.database, taken.serve, taken.dashboard) == (
        running.database,
        running.serve,
        running.dashboard,
    )
    assert taken.checks.grace == running.checks.grace
    assert taken.keep.alerts == 7
    # Until it was restarted it is named again and again.
    assert list(other_words(taken, wanted)) == list(other_words(running, wanted))[1:]


def test_the_interval_is_taken_and_one_that_is_unset_goes_by_the_accounts(tmp_path: Path) -> None:
    running, wanted = both(tmp_path, "", "[checks]\ninterval = 45\n")
    taken = taken_of(running, wanted)

    assert list(other_words(running, wanted)) == ["a sweep every 45 s"]
    assert taken.sweep_every == timedelta(seconds=45)
    assert taken_of(taken, running).sweep_every == running.sweep_every
    assert "interval" not in taken_of(taken, running).checks.model_fields_set
