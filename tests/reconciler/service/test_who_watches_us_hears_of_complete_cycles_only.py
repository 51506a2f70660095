"""The outward ping: well is said of complete cycles only, and what a server does holds nothing up."""

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from reconciler.account.known import Known
from reconciler.doctor.ping import examine_ping
from reconciler.serve.watching import Watching
from reconciler.service import ping as sending
from reconciler.service.ping import Pinging, ping
from reconciler.service.ping_due import Said, Word, due
from reconciler.settings import SettingsError, load
from tests.reconciler.accounts import at
from tests.reconciler.serve.served import INTERVAL, free_port, known
from tests.reconciler.service.outside import SECRET, outside
from tests.reconciler.settings_files import GOOD, written
from verification.facts.clock import Moment

BEGUN = Said(at(0))


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BINANCE_KEY", "BINANCE_SECRET"):
        monkeypatch.setenv(name, "a-key")


def watching(
    name: str = "main",
    second: float = 100,
    *,
    status: str = "complete",
    age: float = 1.0,
    held_by: str = "",
    beaten: float = 0.0,
    seen: bool = True,
) -> Watching:
    """An account at a second of time: seen whole a second before, unless something else is said."""
    what: Known | None = known(at(second), status=status, age=age) if seen and not held_by else None
    return Watching(name, INTERVAL, what, held_by, at(second - beaten))


def word(
    *accounts: Watching, owed: float | None = 0.0, said: Said = BEGUN, second: float = 100
) -> str | None:
    found = due(accounts, owed, said, at(second))
    return None if found is None else f"{found.word.name}: {found.text}"


def test_that_all_is_well_is_said_once_every_account_was_seen_whole() -> None:
    assert word(watching(), watching("other")) == "WELL: seen whole: main, other"


@pytest.mark.parametrize(
    "other",
    [
        watching("other", status="partial"),
        watching("other", status="blind"),
        watching("other", seen=False),
        watching("other", held_by="HOST 12 until 10:00:30"),
        watching("other", beaten=16),  # the state database takes no heartbeat: a full disk, a refused write
    ],
    ids=["partial", "blind", "not yet watched", "of another process", "writes refused"],
)
def test_one_account_that_was_not_seen_whole_and_nothing_is_said(other: Watching) -> None:
    assert word(watching(), other) is None
    assert word(other, watching()) is None


def test_a_watch_that_stands_still_says_nothing_however_well_it_last_saw() -> None:
    said = BEGUN.after(Word.WELL, at(100))
    assert word(watching(second=400, age=301), said=said, second=400) is not None
    assert "WELL" not in str(word(watching(second=400, age=301), said=said, second=400))
    assert word(watching(second=160, age=61), said=said, second=160) is None
    assert word(watching(second=160, age=59), said=said, second=160) == "WELL: seen whole: main"


def test_it_is_said_once_a_minute_at_most() -> None:
    said = BEGUN.after(Word.WELL, at(100))
    assert word(watching(second=130), said=said, second=130) is None
    assert word(watching(second=161), said=said, second=161) == "WELL: seen whole: main"


def test_while_a_message_to_people_is_overdue_the_other_side_is_told_to_tell_them() -> None:
    assert word(watching(), owed=119) == "WELL: seen whole: main"
    overdue = "FAIL: a message to people has waited for 2 min: nobody is told"
    assert word(watching(), owed=121) == overdue
    said = BEGUN.after(Word.FAIL, at(100))
    assert word(watching(second=399), owed=420, said=said, second=399) is None
    assert str(word(watching(second=400), owed=421, said=said, second=400)).startswith("FAIL: ")


def test_where_nothing_can_be_written_down_the_other_side_is_told_to_tell_people() -> None:
    """A full disk: what people should know cannot even become owed, and no channel hears of it."""
    assert word(watching(beaten=119)) is None
    said = str(word(watching(), watching("other", beaten=121)))
    assert said.startswith("FAIL: no heartbeat of other was stored for 2 min: the state database takes no")
    assert word(watching("other", beaten=121, held_by="HOST 12")) is None, "that is its holder's to say"


def test_what_is_owed_and_is_not_known_is_not_nothing() -> None:
    assert word(watching(), owed=None) is None


def test_why_nothing_was_well_for_long_is_only_written_down_there() -> None:
    def at_second(second: float, said: Said = BEGUN) -> str | None:
        return word(watching(status="partial", second=second), said=said, second=second)

    assert at_second(119) is None
    assert str(at_second(200)).startswith("LOG: main has not been seen whole yet")
    later = BEGUN.after(Word.LOG, at(200))
    assert at_second(499, later) is None
    assert str(at_second(500, later)).startswith("LOG: ")


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.second = 100.0

    def now(self) -> Moment:
        return at(self.second)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("it waits for nothing")


def pinging(url: str, clock: Hand, owed: Callable[[], float | None] = lambda: 0.0) -> Pinging:
    return Pinging(url, lambda: [watching(second=clock.second)], owed, clock)


async def test_the_words_arrive_in_the_form_of_healthchecks() -> None:
    clock, owed = Hand(), [0.0]
    async with outside() as there:
        pings = pinging(f"{there.url}/", clock, lambda: owed[0])
        await pings.look()
        await pings.look()
        clock.second += 61
        owed[0] = 130
        await pings.look()
        assert (await ping(f"{there.url}?create=1", Word.LOG, "why")).taken

    assert there.heard == [
        ("/UUID", "seen whole: main"),
        ("/UUID/fail", "a message to people has waited for 2 min: nobody is told"),
        ("/UUID/log", "why"),
    ]


async def test_a_ping_that_is_not_taken_is_told_and_not_repeated_and_keeps_its_secret() -> None:
    clock = Hand()
    async with outside() as there:
        pings = pinging(there.url, clock)
        there.status, there.body = 404, f"no check {SECRET}"
        with capture_logs() as lines:
            for _ in range(10):
                await pings.look()
                clock.second += 5
        assert len(there.heard) == 1
        assert [line["event"] for line in lines] == ["ping.not_taken"]
        assert "HTTP 404" in lines[0]["said"]
        assert SECRET not in str(lines)
        assert pings.failing_for() == 50

        clock.second += 60
        there.status, there.body = 200, "OK (not found)"  # an older server, of an address it does not know
        await pings.look()
        assert pings.failing_for() == 110

        clock.second += 61
        there.body = "OK"
        await pings.look()
        assert pings.failing_for() == 0


async def test_a_server_that_is_not_there_or_does_not_answer_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = await ping(f"http://127.0.0.1:{free_port()}/{SECRET}", Word.WELL, "x")
    assert (gone.taken, gone.said) == (False, "its server cannot be reached")

    monkeypatch.setattr(sending, "PING_SECONDS", 0.0)
    async with outside() as there:
        late = await ping(there.url, Word.WELL, "x")
    assert (late.taken, late.said) == (False, "no answer within 0 s")


async def test_doctor_tries_the_way_without_a_word_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with outside() as there:
        monkeypatch.setenv("PING_URL", there.url)
        settings = load(written(tmp_path, f'{GOOD}\n[ping]\nurl_env = "PING_URL"\n'))
        (check,) = [check async for check in examine_ping(settings)]
    assert [path for path, _ in there.heard] == ["/UUID/log"]
    assert (check.health.value, check.text) == ("ok", "HTTP 200 OK")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('url_env = "NO_PING"', "ping.url_env: the variable NO_PING is not in the environment"),
        (
            'url_env = "PING_URL"',
            "ping.url_env: holds no single web address, such as https://hc-ping.com/UUID",
        ),
        ('url_env = "PING_URL"\nurl_file = "x"', "ping.url_env: is given twice, with url_file"),
        ('url_file = "none"', "ping.url_file: "),
        (f'url = "https://hc-ping.com/{SECRET}"', "ping.url: is a secret, and secrets do not belong"),
    ],
)
def test_an_address_that_is_not_there_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: str
) -> None:
    monkeypatch.setenv("PING_URL", SECRET)
    with pytest.raises(SettingsError) as refused:
        load(written(tmp_path, f"{GOOD}\n[ping]\n{text}\n"))
    assert line in str(refused.value)
    assert SECRET not in str(refused.value)


def test_without_one_nothing_is_sent(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)).ping_url() is None
