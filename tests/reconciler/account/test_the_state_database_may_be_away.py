"""While the state database is away nothing owed to it is lost, and the venue is not asked in vain."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.account.unexpected import of_everybody
from reconciler.alerts.event import Observed
from reconciler.facts.finding import Kind
from reconciler.storage.errors import StateDatabaseError, StateTrouble, may_pass
from tests.reconciler.account.test_every_doubt_is_told import announced, asked_by_the_bot, not_known
from tests.reconciler.bot_verdicts import refuted_by_the_bot
from tests.reconciler.house import House, play
from verification.facts.errors import SourceUnreachable

DOUBT = Kind.UNVERIFIED_OPEN
AWAY = StateDatabaseError(StateTrouble.UNREACHABLE, "state database x does not answer", again=True)
DAMAGED = StateDatabaseError(StateTrouble.CORRUPT, "state database x is damaged")


def test_looks_that_cannot_be_stored_do_not_spend_the_budget_and_are_caught_up_with(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(40)
        house.writer.trouble = AWAY
        reads = len(house.venue.reads)
        house.venue.hold("60")
        await house.quiet(300)
        # A look by the clock every 30 s, and the first one that an event had asked for.
        assert len(house.venue.reads) - reads <= 300 / 30 + 2
        assert house.alerts() == {}
        house.writer.trouble = None
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=30)
        assert house.cycle().status == "complete"

    play(tmp_path, story)


def test_an_answer_that_a_bot_found_ends_its_doubt_though_it_could_not_be_stored_at_once(
    tmp_path: Path,
) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        entry = announced(house)
        house.journal.failed(entry, "no answer")
        not_known(house, entry, asked_by_the_bot(house))
        await house.until(lambda: DOUBT in house.alerts(), within=4)
        house.venue.fail(error=SourceUnreachable("timed out"))  # so that no look can end it
        refusals = _refuse_the_end_of_doubts(house, times=3)
        house.journal.verified(entry, refuted_by_the_bot(house.clock.now()))
        await house.until(lambda: DOUBT not in house.alerts(), within=60)
        assert refusals == [AWAY] * 3

    play(tmp_path, story)


def _refuse_the_end_of_doubts(house: House, *, times: int) -> list[StateDatabaseError]:
    refused: list[StateDatabaseError] = []
    stored: Callable[..., Awaitable[Any]] = house.store.observe

    async def observe(observed: Observed, **more: Any) -> Any:
        if len(refused) < times and any(key.kind is DOUBT for key in observed.clear):
            refused.append(AWAY)
            raise AWAY
        return await stored(observed, **more)

    house.store.observe = observe  # type: ignore[method-assign]
    return refused


@pytest.mark.parametrize(
    ("error", "passes", "ends"),
    [
        (AWAY, True, False),
        (DAMAGED, False, True),
        (ExceptionGroup("both", [AWAY, AWAY]), True, False),
        (ExceptionGroup("both", [AWAY, ExceptionGroup("in", [DAMAGED])]), False, True),
        (ExceptionGroup("both", [AWAY, TypeError("a bug")]), False, False),
        (TypeError("a bug"), False, False),
    ],
)
def test_only_what_cannot_pass_is_of_everybody(error: Exception, *, passes: bool, ends: bool) -> None:
    assert may_pass(error) is passes
    assert of_everybody(error) is ends
