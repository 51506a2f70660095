"""Blindness: what is not seen is told, after a few failures, or at once if only a person can mend it."""

from dataclasses import replace
from datetime import datetime

import pytest

from reconciler.account.health import Health
from reconciler.account.unexpected import STREAM
from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.facts.heartbeat import Heartbeat
from reconciler.sight.blindness import Blindness, BlindnessSettings, Failing, Sight, blindness
from reconciler.sight.stall import stalled
from tests.reconciler.accounts import at, stream, utc
from verification.facts.account import Part
from verification.facts.leg import Leg
from verification.venues.stream_state import PushProof, StreamFault, StreamHealth, StreamState

SETTINGS = BlindnessSettings()
PUSHED = PushProof(at(99), "it pushed the position of AVL/USDT:USDT")
FRESH = replace(stream(), last_frame=at(100), proof=PUSHED)


def _failing(count: int = 1, *, since: float = 100, again: bool = True, code: str = "unreachable") -> Failing:
    return Failing(count, at(since), "timed out", code, again)


def _held_back(since: float, count: int = 0) -> Failing:
    return Failing(count, at(since), "the budget is spent", "budget_spent", again=True, held_back=True)


def _sight(
    health: StreamHealth = FRESH,
    parts: dict[Part, Failing | None] | None = None,
    ledgers: dict[str, Failing | None] | None = None,
) -> Sight:
    return Sight("main", health, parts or {}, ledgers or {})


def _told(sight: Sight, second: float = 100) -> list[tuple[str, str]]:
    return [(one.kind.value, one.symbol) for one in blindness(sight, SETTINGS, now=at(second)).findings]


def _key(kind: Kind, what: str) -> FindingKey:
    return FindingKey(kind, "main", what, Leg.NET)


# what fails                                             told
PARTS: list[tuple[str, dict[Part, Failing | None], list[str]]] = [
    ("one failed list", {Part.POSITIONS: _failing(1)}, []),
    ("three failed lists", {Part.POSITIONS: _failing(3)}, ["rest"]),
    ("one failed list a minute ago", {Part.POSITIONS: _failing(1, since=40)}, ["rest"]),
    ("resting orders alone", {Part.POSITIONS: None, Part.ORDERS: _failing(3)}, ["orders"]),
    (
        "conditional orders alone",
        {Part.POSITIONS: None, Part.CONDITIONAL_ORDERS: _failing(3)},
        ["conditional_orders"],
    ),
    ("everything for one cause", {part: _failing(3) for part in Part}, ["rest"]),
    (
        "two causes",
        {Part.POSITIONS: _failing(3), Part.ORDERS: _failing(3, code="malformed")},
        ["orders", "rest"],
    ),
    ("not asked for long, to save", {Part.POSITIONS: _held_back(-70)}, []),
    ("not asked for too long", {Part.POSITIONS: _held_back(-80)}, ["rest"]),
    ("failed once, and not asked for long", {Part.POSITIONS: _held_back(-70, count=1)}, []),
    ("failed three times, and not asked", {Part.POSITIONS: _held_back(100, count=3)}, ["rest"]),
    ("rejected keys, at once", {Part.POSITIONS: _failing(1, again=False, code="rejected")}, ["rest"]),
]


@pytest.mark.parametrize(("name", "parts", "told"), PARTS, ids=[name for name, _, _ in PARTS])
def test_which_failed_reads_are_told(name: str, parts: dict[Part, Failing | None], told: list[str]) -> None:
    assert _told(_sight(parts=parts)) == [("source_down", what) for what in told]


def test_what_fails_but_is_not_told_yet_is_not_called_well() -> None:
    outcome = blindness(_sight(parts={Part.POSITIONS: _failing(1)}), SETTINGS, now=at(100))
    assert outcome.unsure == ("rest: timed out",)
    assert _key(Kind.SOURCE_DOWN, "rest") not in outcome.well
    everything = blindness(_sight(parts={part: _failing(3) for part in Part}), SETTINGS, now=at(100))
    assert _key(Kind.SOURCE_DOWN, "orders") not in everything.well


def test_a_part_that_answers_is_well_with_evidence() -> None:
    outcome = blindness(_sight(parts={Part.POSITIONS: None}, ledgers={"bot": None}), SETTINGS, now=at(100))
    assert outcome.findings == ()
    assert set(outcome.well) == {
        _key(Kind.CREDENTIALS_REJECTED, "keys"),
        _key(Kind.SOURCE_DOWN, "rest"),
        _key(Kind.SOURCE_DOWN, "websocket"),
        _key(Kind.SOURCE_STALE, "websocket"),
        _key(Kind.LEDGER_UNREADABLE, "bot"),
        _key(Kind.WRONG_LEDGER, "bot"),
    }


def test_what_was_never_tried_is_neither_blind_nor_well() -> None:
    outcome = blindness(_sight(), SETTINGS, now=at(100))
    assert all(key.symbol == "websocket" for key in outcome.well)


def test_rejected_keys_are_critical_and_say_that_a_person_must_act() -> None:
    sight = _sight(parts={Part.POSITIONS: _failing(1, again=False, code="rejected")})
    down = blindness(sight, SETTINGS, now=at(100)).findings[0]
    assert down.severity is Severity.CRITICAL
    assert "A person must act" in down.reason
    assert down.evidence[0].data["code"] == "rejected"


# the stream                                                     second  told
STREAMS: list[tuple[str, StreamHealth, float, list[tuple[str, str]]]] = [
    ("just gone", stream(state=StreamState.DOWN, second=80), 100, []),
    ("gone for long", stream(state=StreamState.DOWN, second=60), 100, [("source_down", "websocket")]),
    ("never came", stream(state=StreamState.CONNECTING, second=60), 100, [("source_down", "websocket")]),
    ("not offered", stream(state=StreamState.UNSUPPORTED, second=0), 100, []),
    ("heard a second ago", FRESH, 101, []),
    ("not even a pong", FRESH, 191, [("source_stale", "websocket")]),
    ("a change just missed", replace(FRESH, missed_since=at(98)), 100, []),
    ("a change missed", replace(FRESH, missed_since=at(90)), 100, [("source_stale", "websocket")]),
]


@pytest.mark.parametrize(("name", "health", "second", "told"), STREAMS, ids=[name for name, *_ in STREAMS])
def test_which_streams_are_told(
    name: str, health: StreamHealth, second: float, told: list[tuple[str, str]]
) -> None:
    assert _told(_sight(health), second) == told


def test_a_stream_that_is_not_surely_well_is_not_called_well() -> None:
    missed = blindness(_sight(replace(FRESH, missed_since=at(98))), SETTINGS, now=at(100))
    assert _key(Kind.SOURCE_STALE, "websocket") not in missed.well
    down = blindness(_sight(stream(state=StreamState.DOWN, second=80)), SETTINGS, now=at(100))
    assert down.well == {}
    assert down.unsure


def test_that_it_is_connected_again_does_not_show_that_a_stream_pushes() -> None:
    """A new connection, a pong or an acknowledgement says nothing of whether changes are pushed on it."""
    silent = _key(Kind.SOURCE_STALE, "websocket")
    connected = blindness(_sight(replace(FRESH, proof=None)), SETTINGS, now=at(100))
    assert connected.findings == ()
    assert set(connected.well) == {_key(Kind.SOURCE_DOWN, "websocket")}
    shown = blindness(_sight(FRESH), SETTINGS, now=at(100)).well[silent]
    assert (shown.text, shown.at) == (PUSHED.text, utc(99))


def test_a_stream_that_comes_and_breaks_again_is_away_until_it_has_lasted() -> None:
    down = _key(Kind.SOURCE_DOWN, "websocket")
    back = replace(FRESH, since=at(95), away_since=at(60))
    seen = blindness(_sight(back), SETTINGS, now=at(100))
    assert (seen.findings, down in seen.well) == ((), False)
    gone = replace(stream(state=StreamState.DOWN, second=98), away_since=at(60))
    [found] = blindness(_sight(gone), SETTINGS, now=at(100)).findings
    assert found.identity == down
    assert "breaks again and again and has not lasted for 40 s" in found.reason


def test_a_bug_in_reading_the_stream_is_told_as_an_error_of_our_own() -> None:
    health = Health("main", SETTINGS)
    bug = StreamFault(1, at(90), "a frame met a bug (TypeError, trace 1a2b3c4d); see the log")
    met = health.judge(replace(FRESH, away_since=at(90), fault=bug), at(100))
    [found] = met.findings
    assert (found.identity, found.severity) == (_key(Kind.LOOK_FAILED, STREAM), Severity.WARNING)
    assert "trace 1a2b3c4d" in found.reason
    again = health.judge(replace(FRESH, away_since=at(90), fault=replace(bug, count=3)), at(100))
    assert again.findings[0].severity is Severity.CRITICAL
    young = health.judge(replace(FRESH, since=at(90)), at(100))
    assert found.identity not in young.well
    assert found.identity in health.judge(replace(FRESH, since=at(40)), at(100)).well


def test_a_stream_that_is_away_is_worse_when_the_list_cannot_be_read_either() -> None:
    down = stream(state=StreamState.DOWN, second=0)
    alone = blindness(_sight(down, {Part.POSITIONS: None}), SETTINGS, now=at(100)).findings[0]
    assert alone.severity is Severity.WARNING
    both = blindness(_sight(down, {Part.POSITIONS: _failing(3)}), SETTINGS, now=at(100)).findings
    assert {finding.severity for finding in both} == {Severity.CRITICAL}


@pytest.mark.parametrize(
    ("failing", "told"),
    [
        (_failing(1, code="locked"), False),
        (_failing(3, code="locked"), True),
        (_failing(1, again=False, code="dry_run"), True),
    ],
)
def test_which_ledgers_are_told(failing: Failing, *, told: bool) -> None:
    assert _told(_sight(ledgers={"mybot": failing})) == ([("ledger_unreadable", "mybot")] if told else [])


def test_a_ledger_is_named_once_in_what_is_told_of_it() -> None:
    """Its errors begin with its name, for they are also shown by themselves."""
    missing = replace(_failing(1, again=False, code="missing"), message="ledger bot: bot.db is not there.")
    (told,) = blindness(_sight(ledgers={"bot": missing}), SETTINGS, now=at(100)).findings
    assert told.reason == "The ledger bot cannot be read: bot.db is not there."
    late = replace(_failing(1, code="locked"), message="ledger bot: it is locked")
    assert blindness(_sight(ledgers={"bot": late}), SETTINGS, now=at(100)).unsure == (
        "ledger bot: it is locked",
    )


def test_a_ledger_of_another_account_is_told_as_that_and_not_as_unreadable() -> None:
    elsewhere = replace(_failing(1, again=False, code="wrong_account"), elsewhere=True)
    seen = blindness(_sight(ledgers={"mybot": elsewhere}), SETTINGS, now=at(100))
    assert [(one.kind, one.symbol, one.severity) for one in seen.findings] == [
        (Kind.WRONG_LEDGER, "mybot", Severity.CRITICAL)
    ]
    assert _key(Kind.LEDGER_UNREADABLE, "mybot") in seen.well
    assert _key(Kind.WRONG_LEDGER, "mybot") not in seen.well


def test_what_of_a_ledger_is_of_another_account_is_told_in_full() -> None:
    sight = replace(_sight(ledgers={"mybot": None}), left_out={"mybot": ("2 trades on okx", "1 on spot")})
    seen = blindness(sight, SETTINGS, now=at(100))
    [found] = seen.findings
    assert (found.kind, found.severity) == (Kind.WRONG_LEDGER, Severity.WARNING)
    assert "2 trades on okx" in found.reason
    assert "1 on spot" in found.reason


def test_a_wrong_ledger_is_over_only_when_the_ledger_was_read_and_is_of_this_account() -> None:
    wrong = _key(Kind.WRONG_LEDGER, "mybot")
    assert wrong in blindness(_sight(ledgers={"mybot": None}), SETTINGS, now=at(100)).well
    locked = _failing(3, code="locked")
    assert wrong not in blindness(_sight(ledgers={"mybot": locked}), SETTINGS, now=at(100)).well
    assert wrong not in blindness(_sight(), SETTINGS, now=at(100)).well


def test_an_error_of_our_own_is_told_at_once_and_critical_once_trying_again_has_not_helped() -> None:
    def seen(met: Failing | None) -> Blindness:
        return blindness(replace(_sight(), work={"looks": met}), SETTINGS, now=at(100))

    key = _key(Kind.LOOK_FAILED, "looks")
    for met, severity in ((_failing(1), Severity.WARNING), (_failing(3), Severity.CRITICAL)):
        assert [(one.identity, one.severity) for one in seen(met).findings] == [(key, severity)]
        assert key not in seen(met).well
    assert seen(None).findings == ()
    assert key in seen(None).well
    assert key not in blindness(_sight(), SETTINGS, now=at(100)).well


# the last beat   stopped  seconds later  stalled
BEATS = [
    (None, False, 0, True),
    (utc(0), False, 30, False),
    (utc(0), False, 31, True),
    (utc(0), True, 1, True),
]


@pytest.mark.parametrize(("beat", "stopped", "second", "told"), BEATS)
def test_when_the_reconciler_counts_as_stalled(
    beat: datetime | None, second: float, *, stopped: bool, told: bool
) -> None:
    finding = stalled("main", Heartbeat(beat, 10.0, utc(0), stopped), SETTINGS, now=utc(second))
    assert (finding is not None) is told
    if finding is not None:
        assert (finding.account, finding.severity) == ("main", Severity.CRITICAL)
        assert finding.reason.endswith("nothing of it is being checked.")
