"""How old a reading is and since when what it shows is so are two times, wherever either is shown."""

from datetime import timedelta
from decimal import Decimal

from dashboard import alert_card
from dashboard.words import alert as alert_words
from reconciler.account.findings.unverified import line_of
from reconciler.cli.wording import alert_lines
from reconciler.facts.finding import Evidence, Party
from reconciler.views.alert import AlertView
from tests.dashboard import drawn
from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import PositionSeen, Provenance, Source

WEEK = timedelta(days=7)
READ = drawn.before(16)
SO_LONG = READ - WEEK


def row(ledger: str = "mybot", *, changed: str | None = SO_LONG.isoformat()) -> Evidence:
    data = {} if changed is None else {"changed_at": changed}
    return Evidence(Party.BOT, ledger, "trade 12: long 0.85 BTC, open", READ, data)


def test_a_side_of_a_card_tells_both_apart() -> None:
    told = drawn.alert(1, evidence=(row(),))

    assert alert_words.age_of(told, Party.BOT, drawn.NOW) == "read 16 s ago, unchanged for 7 d"


def test_since_it_was_read_nobody_knows_whether_it_has_changed() -> None:
    """An alert of long ago is looked at: its bot has gone on since."""
    month = drawn.NOW + timedelta(days=30)

    assert alert_words.age_of(drawn.alert(1, evidence=(row(),)), Party.BOT, month) == (
        "read 30 d ago, unchanged for 7 d"
    )


def test_of_several_rows_the_one_that_changed_last_counts() -> None:
    other = row(changed=(READ - timedelta(hours=2)).isoformat())

    assert alert_words.age_of(drawn.alert(1, evidence=(row(), other)), Party.BOT, drawn.NOW) == (
        "read 16 s ago, unchanged for 2 h"
    )


def test_what_is_not_known_to_have_stayed_is_not_called_unchanged() -> None:
    just_now = row(changed=READ.isoformat())

    for item in (row(changed=None), just_now):
        assert alert_words.age_of(drawn.alert(1, evidence=(item,)), Party.BOT, drawn.NOW) == "read 16 s ago"


def test_a_line_of_evidence_names_the_ledger_and_both_times() -> None:
    line = alert_card.evidence_item(row("bot"), drawn.NOW)

    assert "<b>Bot bot:</b> trade 12: long 0.85 BTC, open" in line
    assert 'title="read 16 s ago, unchanged for 7 d">14:01:55<' in line


def test_the_command_line_tells_both_times() -> None:
    lines = alert_lines(AlertView(drawn.alert(1, evidence=(row(),)), (), ()))

    assert (
        "  bot (ledger mybot) 2026-11-22 14:01:55 UTC, unchanged since 2026-11-15 14:01:55 UTC: "
        "trade 12: long 0.85 BTC, open" in lines
    )


def test_a_position_that_was_read_just_now_is_not_as_old_as_its_last_change() -> None:
    """The venue stamps a row with its last change; what was asked in doubt was told that as its age."""
    came = Moment.at(READ, 100.0)
    key = LegKey("main", "BTC/USDT:USDT", Leg.NET)
    where = Provenance.at(Source.REST, came, came, SO_LONG)
    seen = PositionSeen(key, Decimal("0.85"), None, where)

    line = line_of(seen, Decimal(1))

    assert line.at == READ
    assert alert_words.age_of(drawn.alert(1, evidence=(line,)), Party.EXCHANGE, drawn.NOW) == (
        "read 16 s ago, unchanged for 7 d"
    )
