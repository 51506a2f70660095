"""Keys that are refused are told as that: twice, apart, and never for a clock, a limit or a maintenance."""

import ccxt
import pytest

from reconciler.facts.finding import FindingKey, Kind, Severity
from reconciler.sight.blindness import Blindness, BlindnessSettings, Failing, Sight, blindness
from tests.reconciler.accounts import at, stream
from verification.facts.account import Part
from verification.facts.errors import CredentialsRejected, SourceError, SourceRejected, SourceUnreachable
from verification.facts.leg import Leg
from verification.venues.ccxt.failures import PlaceRefused, Translator
from verification.venues.registry import capabilities_of
from verification.venues.stream_state import StreamState

REFUSED = FindingKey(Kind.CREDENTIALS_REJECTED, "main", "keys", Leg.NET)
WHY = "binanceusdm: positions failed (-2015: Invalid API-key): check the key"


def _failing(count: int, *, since: float = 0, code: str = CredentialsRejected.code) -> Failing:
    return Failing(count, at(since), WHY, code, again=False)


def _judged(second: float, **parts: Failing | None) -> Blindness:
    named = {Part(name): failing for name, failing in parts.items()}
    return blindness(Sight("main", stream(), named, {}), BlindnessSettings(), now=at(second))


def _told(judged: Blindness) -> list[tuple[str, str]]:
    return [(each.kind.value, each.symbol) for each in judged.findings]


def test_keys_that_are_refused_twice_are_one_emergency() -> None:
    refused = _failing(2)
    judged = _judged(12, positions=refused, orders=refused, conditional_orders=refused)
    (told,) = judged.findings
    assert (told.identity, told.severity) == (REFUSED, Severity.CRITICAL)
    assert told.reason == f"The exchange has refused the keys of account main for 12 s: {WHY}."


@pytest.mark.parametrize(("count", "second"), [(1, 60), (3, 5)], ids=["once", "at once again"])
def test_a_moments_refusal_is_not_told_and_ends_no_alert(count: int, second: float) -> None:
    """Venues have refused good keys amid a maintenance; it is asked again before anybody is woken."""
    judged = _judged(second, positions=_failing(count))
    assert _told(judged) == []
    assert REFUSED not in judged.well
    assert any(WHY in line for line in judged.unsure)


def test_a_list_that_the_keys_may_not_read_is_told_by_itself() -> None:
    """The position list is read with them: what is missing is a permission, and not the keys."""
    judged = _judged(30, positions=None, orders=_failing(3))
    assert _told(judged) == [("source_down", "orders")]
    assert REFUSED in judged.well
    assert _told(_judged(30, positions=None, orders=_failing(1))) == []


def test_it_is_over_when_the_position_list_is_read_and_not_when_it_fails_otherwise() -> None:
    assert REFUSED in _judged(60, positions=None).well
    away = _failing(9, code="unreachable")
    assert REFUSED not in _judged(60, positions=away).well
    assert REFUSED not in _judged(60).well


def _translated(error: Exception) -> SourceError:
    return Translator("binanceusdm", capabilities_of("binanceusdm"), ())(error, "positions")


def _json(code: int, text: str) -> str:
    return f'binanceusdm {{"code":{code},"msg":"{text}"}}'


SAID = [
    (ccxt.AuthenticationError(_json(-2015, "Invalid API-key, IP, or permissions")), CredentialsRejected),
    (ccxt.AuthenticationError(_json(-2014, "API-key format invalid.")), CredentialsRejected),
    (ccxt.PermissionDenied(_json(-2015, "You are not authorized")), CredentialsRejected),
    (ccxt.InvalidNonce(_json(-1021, "Timestamp for this request is outside of the recvWindow.")), None),
    (ccxt.AuthenticationError(_json(-1021, "Timestamp for this request was 1000ms ahead")), None),
    (ccxt.OnMaintenance("in maintenance"), None),
    (ccxt.AuthenticationError(_json(-1001, "Internal error; unable to process your request.")), None),
    (ccxt.RateLimitExceeded("too many"), None),
    (PlaceRefused("not served from here"), SourceRejected),
]


@pytest.mark.parametrize(("raised", "kind"), SAID, ids=lambda each: str(each)[:60])
def test_what_the_venue_says_decides(raised: Exception, kind: type[SourceError] | None) -> None:
    told = _translated(raised)
    assert type(told) is (kind or SourceUnreachable)


def test_a_stream_that_is_away_because_of_it_is_told_quietly() -> None:
    refused = {Part.POSITIONS: _failing(4)}
    away = stream(state=StreamState.DOWN, second=0)
    judged = blindness(Sight("main", away, dict(refused), {}), BlindnessSettings(), now=at(60))
    assert _told(judged) == [("credentials_rejected", "keys"), ("source_down", "websocket")]
