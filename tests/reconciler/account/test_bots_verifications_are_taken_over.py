"""What bots verified themselves: taken over from their journals once each, whatever fails and restarts."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconciler.facts.finding import Kind
from reconciler.journal.journal import Journal
from reconciler.ledgers.journal import JournalLedger
from reconciler.storage.store import Store
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import KEY, House, play
from verification.facts.clock import Moment
from verification.facts.leg import Side
from verification.facts.observation import OrderSeen, Provenance, Source
from verification.facts.question import Baseline, OpenQuestion
from verification.facts.verdict import VerdictKind, proved
from verification.facts.verification import Verification

EARLIER = Moment.at(datetime(2026, 11, 22, 9, 0, tzinfo=UTC), 0)


def verified(journal: Journal, now: Moment, *names: str) -> None:
    """Let the bot write down that it verified opens."""
    for name in names:
        entry = journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id=name)
        question = OpenQuestion(
            KEY, Side.BUY, Decimal(43), name, name, Baseline(Decimal(0), 1), exclusive=True, asked=now
        )
        seen = OrderSeen(
            key=KEY,
            order_id=name,
            client_order_id=name,
            executed=Decimal(43),
            terminal=True,
            trades_agree=True,
            status="closed",
            average_price=None,
            provenance=Provenance(Source.ORDER, now),
        )
        verdict = proved(VerdictKind.CONFIRMED, (seen,), Decimal(43), "it executed")
        journal.verified(entry, Verification(question, verdict, (seen,), now))
        journal.failed(entry, "only its verification is on trial")


def taken(house: House) -> list[str]:
    """The bot's own verifications that are stored, oldest first."""
    views = house.console.queries.verifications(limit=2000)
    return sorted(view.order_id for view in views if view.asked_by == "bot")


def test_they_appear_within_two_seconds_and_stay_one_row_each(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        verified(house.journal, house.clock.now(), "e1", "e2")
        await house.until(lambda: taken(house) == ["e1", "e2"], within=2)
        await house.quiet(60)
        assert taken(house) == ["e1", "e2"]
        (view,) = [view for view in house.console.queries.verifications() if view.order_id == "e1"]
        assert (view.account, view.verdict, view.decided_by) == ("main", "confirmed", Source.ORDER)

    play(tmp_path, story)


def test_a_new_process_goes_on_where_the_one_before_ended(tmp_path: Path) -> None:
    async def first(house: House) -> None:
        verified(house.journal, house.clock.now(), "e1")
        await house.until(lambda: taken(house) == ["e1"], within=4)

    async def second(house: House) -> None:
        assert await house.store.journal_cursor("main", "mine") == 1
        verified(house.journal, house.clock.now(), "e2")
        await house.until(lambda: taken(house) == ["e1", "e2"], within=4)
        assert await house.store.journal_cursor("main", "mine") == 2

    play(tmp_path, first)
    play(tmp_path, second)


def test_more_than_one_page_is_taken_at_once(tmp_path: Path) -> None:
    names = [f"e{number:04}" for number in range(520)]

    async def story(house: House) -> None:
        await house.until(lambda: taken(house) == names, within=4)

    play(tmp_path, story, prepare=lambda house: verified(house.journal, EARLIER, *names))


def test_a_journal_that_was_begun_anew_is_read_from_its_start(tmp_path: Path) -> None:
    async def first(house: House) -> None:
        verified(house.journal, house.clock.now(), "e1", "e2", "e3")
        await house.until(lambda: len(taken(house)) == 3, within=4)

    async def second(house: House) -> None:
        verified(house.journal, house.clock.now(), "n1")
        await house.until(lambda: "n1" in taken(house), within=4)
        assert taken(house) == ["e1", "e2", "e3", "n1"]

    play(tmp_path, first)
    for file in tmp_path.glob("bot.db*"):
        file.unlink()
    play(tmp_path, second)


def test_a_busy_state_database_delays_them_and_loses_none(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        house.writer.busy = True
        verified(house.journal, house.clock.now(), "e1", "e2")
        await house.quiet(30)
        assert taken(house) == []
        house.writer.busy = False
        await house.until(lambda: taken(house) == ["e1", "e2"], within=3)

    play(tmp_path, story)


def test_a_journal_that_tells_of_no_further_one_asks_the_state_database_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("journal_cursor", "verifications"):
        monkeypatch.setattr(Store, name, _counted(getattr(Store, name), name, asked))

    async def story(house: House) -> None:
        verified(house.journal, house.clock.now(), "e1")
        await house.until(lambda: taken(house) == ["e1"], within=4)
        await house.quiet(5)
        asked.clear()
        for _ in range(3):
            entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="other")
            house.journal.failed(entry, "it was not sent")
            await house.quiet(5)
        assert asked == []
        verified(house.journal, house.clock.now(), "e2")
        await house.until(lambda: taken(house) == ["e1", "e2"], within=4)
        await house.quiet(2)
        assert asked == ["verifications"], "what is new is told of, once"

    play(tmp_path, story)


def test_what_was_seen_with_the_positions_is_not_read_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    name = "read_verifications"
    monkeypatch.setattr(JournalLedger, name, _counted(getattr(JournalLedger, name), name, asked))

    async def story(house: House) -> None:
        verified(house.journal, house.clock.now(), "e1")
        await house.until(lambda: taken(house) == ["e1"], within=4)
        await house.quiet(5)
        ledger = house.ledger
        ledger.read()
        now = ledger.version()
        assert (ledger.newest_verification(now), ledger.newest_verification(object())) == (1, None)
        verified(house.journal, house.clock.now(), "e2")
        assert ledger.newest_verification(ledger.version()) is None, "nobody has looked since"
        await house.until(lambda: taken(house) == ["e1", "e2"], within=4)
        await house.quiet(3.5)
        asked.clear()
        for _ in range(3):
            entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="other")
            house.journal.failed(entry, "it was not sent")
            await house.quiet(2)
        assert len(asked) <= 1, "now and then it is read all the same"
        await house.quiet(60)
        assert asked, "and it is"

    play(tmp_path, story)


def test_positions_are_read_where_verifications_cannot_be(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(1)
        with sqlite3.connect(house.bot) as connection:
            connection.execute("ALTER TABLE journal_verification RENAME TO gone")
        connection.close()
        assert house.ledger.read().rows == ()
        assert house.ledger.newest_verification(house.ledger.version()) is None

    play(tmp_path, story)


def _counted(call: Callable[..., Any], name: str, asked: list[str]) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        asked.append(name)
        return call(*args, **kwargs)

    return counted


def test_verifications_that_cannot_be_read_are_blindness_of_that_ledger(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        verified(house.journal, house.clock.now(), "e1")
        await house.until(lambda: taken(house) == ["e1"], within=3)
        break_a_row(house)
        await house.until(lambda: Kind.LEDGER_UNREADABLE in house.alerts(), within=15)
        assert house.alerts()[Kind.LEDGER_UNREADABLE].key.symbol == "mine/verifications"

    play(tmp_path, story)


def test_a_journal_in_which_nothing_happens_is_read_again_so_that_its_age_stays_young(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        verified(house.journal, house.clock.now(), "e1")
        await house.until(lambda: taken(house) == ["e1"], within=3)
        await house.quiet(600)
        now = house.clock.now().utc
        (read,) = [s for s in house.console.queries.now().sources if s.source == "ledger:mine/verifications"]
        assert read.last_ok is not None
        assert now - read.last_ok < timedelta(minutes=1)

    play(tmp_path, story)


@pytest.mark.parametrize(
    "change",
    [
        "verdict = 'perhaps'",
        "milliseconds = 1e300",
        """verdict = 'unknown', evidence = '[{"what": "question", "side": "up"}]'""",
        """question = 'close', evidence = '[{"what": "question", "position": ["much"]}]'""",
        """question = 'close', evidence = '[{"what": "question", "position": null}]'""",
    ],
)
def test_one_that_makes_no_sense_ends_nothing(tmp_path: Path, change: str) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        verified(house.journal, house.clock.now(), "e1")
        with sqlite3.connect(house.bot) as connection:
            connection.execute(f"UPDATE journal_verification SET {change}")
        connection.close()
        await house.until(lambda: taken(house) == ["e1"], within=3)
        verified(house.journal, house.clock.now(), "e2")
        await house.until(lambda: taken(house) == ["e1", "e2"], within=3)

    async def another_process(house: House) -> None:
        await house.quiet(5)
        assert taken(house) == ["e1", "e2"]

    play(tmp_path, story)
    play(tmp_path, another_process)


def break_a_row(house: House) -> None:
    with sqlite3.connect(house.bot) as connection:
        connection.execute(
            "INSERT INTO journal_verification SELECT id + 1, position_id, account, symbol, leg, question,"
            " verdict, grade, mismatch, decided_by, 'yesterday', milliseconds, reason, order_id, evidence"
            " FROM journal_verification"
        )
    connection.close()
