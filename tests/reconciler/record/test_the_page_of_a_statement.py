"""The page and the JSON of a statement: of one value, safe whatever is in it, and nothing from elsewhere."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.attribution import By
from reconciler.facts.finding import FindingKey, Kind
from reconciler.record.attestation.coverage import Seen
from reconciler.record.attestation.document import canonical, digest
from reconciler.record.attestation.facts import AccountFacts, Counted, DayFacts
from reconciler.record.attestation.page import page
from reconciler.record.attestation.statement import statement
from reconciler.record.unprotected import DayPart
from reconciler.views.attestation import Attestation, Process, Sweeps, Word, Work
from tests.dashboard import drawn
from verification.facts.leg import Leg

DAY = date(2026, 11, 30)
BEGINS = datetime(2026, 11, 30, tzinfo=UTC)
NEXT = BEGINS + timedelta(hours=30)


def stated(text: str = "ann", *, now: datetime = NEXT) -> Attestation:
    """A statement with this text wherever a text from outside can stand."""
    noon = BEGINS + timedelta(hours=12)
    over = drawn.alert(
        key=FindingKey(Kind.UNPROTECTED_POSITION, text, text, Leg.NET),
        reason=text,
        state=AlertState.CLOSED,
        fired_at=noon,
        resolved_at=noon + timedelta(hours=1),
        closed_by=text,
        closed_because=text,
    )
    part = DayPart(DAY, BEGINS, BEGINS + timedelta(days=1), Decimal("12.5"), 10.0, 86400.0)
    spells = {text: [(BEGINS, "ok"), (noon, "down"), (noon + timedelta(hours=1), "ok")]}
    facts = DayFacts(
        day=DAY,
        read_at=now,
        accounts=(
            AccountFacts(
                text,
                text,
                Seen(spells, frozenset(), NEXT, part, NEXT),
                Sweeps(3, 1, 0, None, noon),
                Counted(BEGINS, NEXT, {By.LEDGER: 2, By.NOBODY: 1}, BEGINS),
                part,
            ),
        ),
        alerts=(over, open_since(noon)),
        words=(Word(noon, text, text, "closed", 7, text, text, text, text),),
        work=(Work(text, noon, noon + timedelta(hours=1), text, text),),
        processes=(Process(text, noon, noon, ((text, text),)),),
        alerts_whole=True,
        sources_kept_from=BEGINS,
        unreadable=(text,),
    )
    return statement(facts, version=text, group=text)


def open_since(at: datetime) -> Alert:
    return replace(drawn.alert(), fired_at=at, resolved_at=None, state=AlertState.FIRING)


class Read(HTMLParser):
    """What a browser would find in a page: its text, and every tag and attribute."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


OURS = Read(page(stated()))
HOSTILE = (
    '<script src="https://evil.example/x.js"></script>',
    '"><img src=x onerror=alert(1)>',
    "</style><link rel=stylesheet href=//evil.example>",
    "javascript:alert(1)",
    "\u202e\u0000\x1b[31m",
)


def test_nothing_that_came_from_outside_is_alive_in_the_page() -> None:
    for text in HOSTILE:
        found = Read(page(stated(text)))

        assert (found.tags, found.attributes) == (OURS.tags, OURS.attributes)
        assert "\u202e" not in found.text


@settings(max_examples=40)
@given(st.text(max_size=30))
def test_any_text_leaves_the_page_as_it_is_built(text: str) -> None:
    found = Read(page(stated(text)))

    assert found.tags <= OURS.tags
    assert found.attributes <= OURS.attributes


def test_the_page_asks_nobody_for_anything() -> None:
    text = page(stated())

    assert not re.search(r"\ssrc|href|url\(|@import|<script|<link|<iframe", text.partition("<body>")[0])
    assert not {"src", "href", "action"} & OURS.attributes
    assert "default-src 'none'" in text
    assert "@media print" in text


def test_the_hash_on_the_page_is_that_of_the_file() -> None:
    told = stated()

    assert digest(told) == hashlib.sha256(canonical(told)).hexdigest()
    assert digest(told) in page(told)


def test_the_file_is_the_canonical_form_of_what_it_says() -> None:
    body = canonical(stated("ü"))

    found = json.loads(body)
    again = json.dumps(found, sort_keys=True, indent=2).encode("ascii") + b"\n"
    assert again == body
    assert found["schema"] == 1
    assert found["accounts"][0]["coverage"]["covered"] == 82800.0
    assert found["accounts"][0]["explained"]["share"] == "0.6666"
    assert found["since"] == "2026-11-30T00:00:00Z"


def test_another_statement_has_another_hash() -> None:
    assert digest(stated("ann")) != digest(stated("bob"))


def test_what_is_open_and_what_was_not_covered_stands_loud_on_top() -> None:
    top = page(stated()).partition("<h2>")[0]

    assert "1 of 1 accounts were not covered the whole time." in top
    assert "1 break was still open at the end." in top
    assert "not over" not in top


def test_a_day_that_is_not_over_says_so_first() -> None:
    top = page(stated(now=BEGINS + timedelta(hours=13))).partition("<h2>")[0]

    assert "This day is not over: the statement goes up to 13:00:00 UTC." in top


def test_no_account_is_told_as_nothing_attested_never_as_well() -> None:
    facts = DayFacts(DAY, NEXT, (), (), (), (), (), alerts_whole=True, sources_kept_from=BEGINS)

    text = page(statement(facts, version="1"))

    assert "nothing is attested" in text.partition("<h2>")[0]
