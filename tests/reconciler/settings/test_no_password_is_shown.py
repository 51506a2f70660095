"""A password in the address of a database is shown by nothing, wherever in it it stands."""

from pathlib import Path

import pytest

from reconciler.facts.database_address import holds_password, holds_stray_at
from reconciler.journal.failure import JournalError
from reconciler.journal.journal import Journal
from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerUnreadable
from reconciler.settings import SettingsError, load
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError
from tests.reconciler.settings_files import GOOD, written
from verification.facts.clock import SystemClock

CANARY = "geheim"
ADDRESSES = [
    f"postgresql://u:{CANARY}@127.0.0.1:1/n",
    f"postgresql://127.0.0.1:1/n?user=u&password={CANARY}",
    f"postgresql://u@127.0.0.1:1/n?sslpassword={CANARY}",
    f"postgresql://u@127.0.0.1:1/n?PASSWORD={CANARY}",
    f"postgresql://u@127.0.0.1:1/n?sslpass%77ord={CANARY}",
    f"postgresql://u:x@{CANARY}@127.0.0.1:1/n",
    f"postgresql://u:x@{CANARY}:{CANARY}@127.0.0.1:1/n",
    f"postgresql://u:x@y/{CANARY}@127.0.0.1:1/n",
    f"postgresql://u:x@y?{CANARY}@127.0.0.1:1/n",
    f"postgresql://u:{CANARY}/x@127.0.0.1:1/n",
    f"postgresql://u:{CANARY}?x@127.0.0.1:1/n",
    f"postgresql://u:x%40{CANARY}@127.0.0.1:1/n",
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_settings_file_with_a_password_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    for text in (
        GOOD + f'[database]\nurl = "{url}"\n',
        GOOD.replace("sqlite:///user_data/tradesv3.sqlite", url),
    ):
        with pytest.raises(SettingsError) as refused:
            load(written(tmp_path, text), venues=False)
        said = "\n".join(problem.text for problem in refused.value.problems)
        assert "holds a password" in said
        assert CANARY not in said + str(refused.value)


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_state_database_that_does_not_answer_shows_none(url: str) -> None:
    with pytest.raises(StateDatabaseError) as refused:
        Database.open(url, create=False)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_ledger_that_does_not_answer_shows_none(url: str) -> None:
    with pytest.raises(LedgerUnreadable) as refused:
        open_ledger("mybot", "freqtrade", url, SystemClock()).read()
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_journal_that_does_not_answer_shows_none(url: str) -> None:
    with pytest.raises(JournalError) as refused:
        Journal(url, bot="mybot")
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@h/n",
        "postgresql://u@server@h:5432/n",
        "postgresql+psycopg://h/n?application_name=trueup&passfile=/run/pgpass",
        "sqlite:////srv/a:b@c/trueup.db",
        "sqlite:///trueup.db",
    ],
)
def test_an_address_without_one_is_accepted(url: str) -> None:
    assert not holds_password(url)
    assert not holds_stray_at(url)
