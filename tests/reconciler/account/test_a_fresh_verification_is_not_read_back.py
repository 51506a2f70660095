"""A verification is written down once, and read only by a process that did not make it, once."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.account import verdicts
from reconciler.journal import journal
from reconciler.record import stored_verification
from reconciler.views.verification import VerificationView
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import KEY, House, play
from verification.facts.leg import Side
from verification.facts.observation import OrderSeen, Provenance, Source
from verification.facts.question import OpenQuestion
from verification.facts.verdict import VerdictKind, proved
from verification.facts.verification import Verification


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often evidence was written, and how often it was read of a verification of whom."""
    counts: Counter[str] = Counter()
    write, read = stored_verification.record_of, stored_verification.verification_from

    def written(verification: Verification, *, asked_by: str) -> tuple[VerificationView, str]:
        counts[f"written by {asked_by}"] += 1
        return write(verification, asked_by=asked_by)

    def read_back(view: VerificationView, evidence: str) -> Verification:
        counts[f"read of {view.asked_by}"] += 1
        return read(view, evidence)

    monkeypatch.setattr(verdicts, "record_of", written)
    monkeypatch.setattr(verdicts, "verification_from", read_back)
    monkeypatch.setattr(journal, "record_of", written)
    return counts


def _verified(house: House, entry: int) -> None:
    now = house.clock.now()
    question = OpenQuestion(KEY, Side.BUY, Decimal(43), None, "e1", None, exclusive=True, asked=now)
    came = Provenance(Source.ORDER, now)
    seen = OrderSeen(KEY, "e1", "e1", Decimal(43), True, True, "closed", None, came)  # noqa: FBT003 - filled
    verdict = proved(VerdictKind.CONFIRMED, (seen,), Decimal(43), "it executed")
    house.journal.verified(entry, Verification(question, verdict, (seen,), now))


def _asked_by(house: House) -> list[str]:
    return sorted(each.asked_by for each in house.console.queries.verifications())


def test_each_is_written_once_and_only_what_others_wrote_is_read(
    tmp_path: Path, counted: Counter[str]
) -> None:
    async def first(house: House) -> None:
        await house.quiet(40)
        house.venue.executed("e1", "43")
        house.venue.hold("43")
        entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")
        await house.until(lambda: _asked_by(house) == ["sidecar"], within=10)
        _verified(house, entry)
        await house.until(lambda: _asked_by(house) == ["bot", "sidecar"], within=10)
        await house.until(lambda: counted["read of bot"] > 0, within=10)
        await house.quiet(40)
        assert counted == {"written by sidecar": 1, "written by bot": 1, "read of bot": 1}

    async def second(house: House) -> None:
        await house.until(lambda: counted["read of sidecar"] > 0, within=10)
        await house.quiet(40)
        assert (counted["read of sidecar"], counted["read of bot"]) == (1, 2), "it began with both"

    play(tmp_path, first)
    play(tmp_path, second)
