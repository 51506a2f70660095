"""What ccxt raises becomes one plain line of the right kind, without secrets."""

import aiohttp
import ccxt
import pytest

from verification.facts.errors import (
    CredentialsRejected,
    SourceError,
    SourceMalformed,
    SourceRejected,
    SourceUnreachable,
    SymbolRejected,
)
from verification.venues.ccxt.failures import (
    AnswerMisshapen,
    PlaceRefused,
    Translator,
    VenueNotServing,
    secrets_of,
)
from verification.venues.registry import capabilities_of

TRANSLATE = Translator(
    "binanceusdm", capabilities_of("binanceusdm"), secrets_of(("the-key", "the-secret", None))
)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (ccxt.RequestTimeout("binanceusdm GET"), SourceUnreachable),
        (ccxt.ExchangeNotAvailable("503 <html>"), SourceUnreachable),
        (ccxt.OnMaintenance("later"), SourceUnreachable),
        (ccxt.DDoSProtection("429"), SourceUnreachable),
        (ccxt.RateLimitExceeded("slow down"), SourceUnreachable),
        (ccxt.OperationFailed('{"code":-1008,"msg":"overloaded"}'), SourceUnreachable),
        (ccxt.ExchangeError('{"code":-1008,"msg":"overloaded"}'), SourceUnreachable),
        (ccxt.InvalidNonce('{"code":-1021,"msg":"ahead"}'), SourceUnreachable),
        (ccxt.AuthenticationError('{"code":-2015,"msg":"Invalid API-key"}'), CredentialsRejected),
        (ccxt.PermissionDenied("403"), CredentialsRejected),
        (ccxt.BadSymbol('{"code":-1121,"msg":"Invalid symbol."}'), SymbolRejected),
        (ccxt.NotSupported("no"), SourceRejected),
        (ccxt.ExchangeError('{"code":-4109,"msg":"inactive account"}'), SourceRejected),
        (ccxt.BadResponse("?"), SourceMalformed),
        (AnswerMisshapen("the body is not JSON"), SourceMalformed),
    ],
)
def test_each_failure_has_its_kind(raised: Exception, kind: type[SourceError]) -> None:
    error = TRANSLATE(raised, "the position list")
    assert type(error) is kind
    line = str(error)
    assert line.startswith("binanceusdm: the position list failed")
    assert "\n" not in line


def test_a_code_of_the_venue_and_its_words_are_kept() -> None:
    error = TRANSLATE(ccxt.AuthenticationError('{"code":-2015,"msg":"Invalid API-key, IP"}'), "x")
    assert "(-2015: Invalid API-key, IP)" in str(error)


def test_a_body_cut_off_on_the_way_is_unreachable() -> None:
    raised = ccxt.ExchangeError("binanceusdm GET")
    raised.__cause__ = aiohttp.ClientPayloadError("cut")
    assert type(TRANSLATE(raised, "x")) is SourceUnreachable


@pytest.mark.parametrize("secret", ["the-key", "the-secret"])
def test_no_secret_survives_in_a_message_or_a_repr(secret: str) -> None:
    raised = ccxt.ExchangeError('{"code":-9,"msg":"bad ' + secret + ' here"}')
    assert secret not in str(TRANSLATE(raised, f"asking with {secret}"))
    assert secret not in repr(TRANSLATE)


def test_signed_addresses_of_ccxt_are_left_out() -> None:
    raised = ccxt.RequestTimeout("binanceusdm GET https://host/fapi?timestamp=1&signature=abcdef")
    assert "signature" not in str(TRANSLATE(raised, "x"))


@pytest.mark.parametrize(
    ("raised", "kind"), [(PlaceRefused, SourceRejected), (VenueNotServing, SourceUnreachable)]
)
def test_a_page_at_the_door_is_told_in_its_words_and_blames_no_key(
    raised: type[Exception], kind: type[SourceError]
) -> None:
    page = (
        "<html><head><title>403 ERROR</title><style>p {color: red}</style></head><body>"
        "<p>The distribution is configured to block access from your country.</p> "
        "/fapi?timestamp=1&signature=abcdef the-key</body></html>"
    )
    error = TRANSLATE(raised(page), "x")
    assert type(error) is kind
    assert "block access from your country" in str(error)
    assert "no key changes that" in str(error)
    for hidden in ("<", "color", "abcdef", "the-key"):
        assert hidden not in str(error)


def test_long_words_of_a_venue_are_shown_as_far_as_they_fit_in_a_line() -> None:
    said = str(
        TRANSLATE(PlaceRefused('{"code": 0, "msg": "from a \\"restricted\\" place ' + "x" * 5000 + '"}'), "x")
    )
    assert '(0: from a "restricted" place xxx' in said
    assert len(said) < 700


@pytest.mark.parametrize(
    ("venue", "code", "says"),
    [
        ("binanceusdm", "-2015", ("futures", "portfolio margin", "address", "testnet")),
        ("binanceusdm", "-1022", ("secret does not belong",)),
        ("bybit", "10003", ("testnet",)),
        ("bybit", "10010", ("address",)),
    ],
)
def test_a_code_that_is_known_has_its_own_advice(venue: str, code: str, says: tuple[str, ...]) -> None:
    translate = Translator(venue, capabilities_of(venue), ())
    for raised in (ccxt.AuthenticationError, ccxt.PermissionDenied, ccxt.ExchangeError):
        told = str(translate(raised('{"code":' + code + ',"msg":"the venue\'s words"}'), "x"))
        assert f"({code}: the venue's words)" in told
        for word in says:
            assert word in told
