"""A verification without an answer is shown with everything that was seen; an answer is not a doubt."""

from decimal import Decimal

import pytest

from reconciler.account.findings.unverified import unverified
from reconciler.facts.finding import Kind, Severity
from tests.reconciler.accounts import at, leg, market, pushed
from verification.facts.leg import Side
from verification.facts.observation import OrderSeen, Provenance, Silence, Source, SourceSilent
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion
from verification.facts.verdict import VerdictKind, proved, unknown
from verification.facts.verification import Verification

OPEN = OpenQuestion(
    key=leg(),
    side=Side.BUY,
    quantity=Decimal(43),
    order_id="8886774",
    client_order_id=None,
    baseline=Baseline(Decimal(13), 1),
    exclusive=True,
    asked=at(0),
)
CLOSE = CloseQuestion(
    key=leg(),
    position=Baseline(Decimal(-43), 2),
    order_id=None,
    client_order_id=None,
    exclusive=True,
    asked=at(0),
)
SEEN = (
    SourceSilent(
        leg(), Silence.TIMEOUT, "no answer in 2 s", complete=False, provenance=Provenance(Source.REST, at(2))
    ),
    pushed("13", version=1, second=1),
    OrderSeen(
        leg(),
        "8886774",
        None,
        Decimal(0),
        terminal=False,
        trades_agree=None,
        status="open",
        average_price=None,
        provenance=Provenance(Source.ORDER, at(3), sent=at(2.9)),
    ),
)


def test_an_open_without_an_answer_is_critical_and_tells_what_was_seen() -> None:
    doubt = unverified(
        Verification(OPEN, unknown("nothing conclusive was seen"), SEEN, at(10)), market(), price=Decimal(2)
    )
    assert (doubt.kind, doubt.severity) == (Kind.UNVERIFIED_OPEN, Severity.CRITICAL)
    assert doubt.reason == (
        "Whether the buy of 43 AVL executed (order 8886774) is not known after 10 s: "
        "nothing conclusive was seen."
    )
    assert (doubt.expected, doubt.observed, doubt.exposure) == (Decimal(56), None, Decimal(86))
    assert [line.text for line in doubt.evidence] == [
        "said nothing (timeout): no answer in 2 s",
        "showed long 13 AVL",
        "order 8886774 is open, 0 AVL executed",
    ]


def test_what_a_source_said_again_and_again_is_one_line() -> None:
    def refused(source: Source, second: float) -> SourceSilent:
        came = Provenance(source, at(second))
        return SourceSilent(leg(), Silence.UNREACHABLE, "timed out", complete=False, provenance=came)

    seen = (
        refused(Source.REST, 1),
        refused(Source.ORDER, 1),
        refused(Source.REST, 2),
        refused(Source.REST, 4),
    )
    doubt = unverified(Verification(OPEN, unknown("silence"), seen, at(10)), market())
    assert [(line.source, line.text, line.at) for line in doubt.evidence] == [
        ("rest", "said nothing (unreachable): timed out (3 times since 10:39:01 UTC)", at(4).utc),
        ("order", "said nothing (unreachable): timed out", at(1).utc),
    ]


def test_a_close_without_an_answer_expects_nothing_to_be_left() -> None:
    doubt = unverified(Verification(CLOSE, unknown("silence"), (), at(10)), None)
    assert "Whether the close of short 43 contracts executed is not known" in doubt.reason
    assert (doubt.expected, doubt.exposure) == (Decimal(0), None)


def test_an_answer_is_refused() -> None:
    answer = proved(VerdictKind.CONFIRMED, (SEEN[1],), Decimal(43), "shown")
    with pytest.raises(ValueError, match="an answer, not a doubt"):
        unverified(Verification(OPEN, answer, SEEN, at(1)), market())
