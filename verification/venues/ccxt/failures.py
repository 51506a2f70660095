"""Turns what ccxt raises into this project's errors by class and code: one plain line, no secrets."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import aiohttp
import ccxt

from verification.facts.errors import (
    BudgetSpent,
    CredentialsRejected,
    NotAsked,
    SourceError,
    SourceMalformed,
    SourceRejected,
    SourceUnreachable,
    SymbolRejected,
)
from verification.venues.capabilities import Capabilities

_JSON_CODE = re.compile(r'"(?:code|retCode|ret_code)"\s*:\s*"?(-?\d+)"?')
_JSON_TEXT = re.compile(r'"(?:msg|message|retMsg)"\s*:\s*"((?:[^"\\]|\\.)+)"')
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_QUERY = re.compile(r"\?\S*=\S*|\b(signature|timestamp|apiKey)=\S+", re.IGNORECASE)
TEXT_MOST = 300
"""How much of a venue's own words is kept, in characters."""

STUMBLES = (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError)
"""What ccxt's readers raise where an answer has a form they do not know."""

# The most specific class first: ccxt's classes are nested.
_ADVICE: tuple[tuple[type[Exception], type[SourceError], str], ...] = (
    (ccxt.BadResponse, SourceMalformed, "the answer has not the documented form and is not believed"),
    (ccxt.InvalidNonce, SourceUnreachable, "set this machine's clock; it differs from the venue's"),
    (ccxt.OnMaintenance, SourceUnreachable, "the venue is in maintenance; it is asked again"),
    (ccxt.DDoSProtection, SourceUnreachable, "too many requests from this address; it is asked again later"),
    (ccxt.RateLimitExceeded, SourceUnreachable, "too many requests; it is asked again later"),
    (ccxt.RequestTimeout, SourceUnreachable, "no answer in time; it is asked again"),
    (ccxt.ExchangeNotAvailable, SourceUnreachable, "the venue cannot be reached; it is asked again"),
    (ccxt.OperationFailed, SourceUnreachable, "the venue could not answer; it is asked again"),
    (
        ccxt.PermissionDenied,
        CredentialsRejected,
        "give the key permission to read futures, from this address",
    ),
    (
        ccxt.AuthenticationError,
        CredentialsRejected,
        "check the key, the secret, and the address the key is bound to",
    ),
    (ccxt.BadSymbol, SymbolRejected, "check the symbol; the venue does not know it"),
    (ccxt.NotSupported, SourceRejected, "ccxt cannot ask this venue that"),
)

PLACE = (
    "HTTP 451: the venue does not serve the place that this machine's address is in; no key changes that: "
    "run Trueup where the bot runs, or set the bot's proxy in the account's `ccxt`"
)
DOOR = (
    "HTTP 403 from what stands before the venue: too many requests from this machine's address, or it is in "
    "a place that is not served; no key changes that: it is asked again later"
)

SHORTEST_SECRET = 6


@dataclass(frozen=True, slots=True)
class Translator:
    """Names a venue's failures. Keeps the account's secrets only to strike them out of messages."""

    venue: str
    capabilities: Capabilities
    secrets: tuple[str, ...] = field(repr=False)

    def __call__(self, error: Exception, request: str) -> SourceError:
        """Return the error to raise for what ccxt raised during `request`."""
        if isinstance(error, NotSent):
            held_back = BudgetSpent if isinstance(error, NotSentToSave) else NotAsked
            return held_back(self.clean(f"{self.venue}: {request}: {error}"))
        code = code_of(error)
        kind, advice = self._judge(error, code)
        said = text_of(error)
        detail = f" ({': '.join(part for part in (code, said) if part)})" if code or said else ""
        own = f" ({error})" if isinstance(error, AnswerMisshapen) else ""
        return kind(self.clean(f"{self.venue}: {request} failed{detail}{own}: {advice}"))

    def finds_time_wrong(self, error: Exception) -> bool:
        """Return True where the venue says that a request bears a wrong time."""
        return finds_time_wrong(error, self.capabilities)

    def clean(self, message: str) -> str:
        """Return the message on one line, with every secret struck out."""
        for secret in self.secrets:
            message = message.replace(secret, "***")
        return " ".join(message.split())

    def _judge(self, error: Exception, code: str | None) -> tuple[type[SourceError], str]:
        if code in self.capabilities.clock_codes:
            return SourceUnreachable, "set this machine's clock; it differs from the venue's"
        if code is not None and code in self.capabilities.temporary_codes:
            return SourceUnreachable, "the venue could not answer; it is asked again"
        if (
            code is not None
            and self.capabilities.symbol_words.get(code, "\n") in (text_of(error) or "").lower()
        ):
            return SymbolRejected, "check the symbol; the venue does not know it"
        if isinstance(error, PlaceRefused):
            return SourceRejected, PLACE
        if isinstance(error, VenueNotServing):
            return SourceUnreachable, DOOR
        for raised, kind, advice in _ADVICE:
            if isinstance(error, raised):
                return kind, self.capabilities.advice.get(code or "", advice)
        if isinstance(error.__cause__, aiohttp.ClientError):
            return SourceUnreachable, "the connection broke; it is asked again"
        return SourceRejected, self.capabilities.advice.get(
            code or "", "the venue refuses the request; see its code"
        )


class AnswerMisshapen(ccxt.BadResponse):  # type: ignore[misc] # ccxt ships no types
    """A 2xx answer that is not JSON or not of the documented shape. Its text holds nothing from the wire."""


class PlaceRefused(ccxt.PermissionDenied):  # type: ignore[misc] # ccxt ships no types
    """HTTP 451: the venue does not serve the place that the request came from. Its text is the whole body."""


class VenueNotServing(ccxt.ExchangeNotAvailable):  # type: ignore[misc] # ccxt ships no types
    """HTTP 403 from what stands before the venue. Its text is the whole body."""


class NotSent(ccxt.RateLimitExceeded):  # type: ignore[misc] # ccxt ships no types
    """A request that was held back here, and never left. Its text says why, and until when."""


class NotSentToSave(NotSent):
    """It was held back to keep to our own budget, and not because the venue asks us to wait."""


def finds_time_wrong(error: Exception, known: Capabilities) -> bool:
    """Return True where the venue says, by its code or in ccxt's words, that a request bears a wrong time."""
    return code_of(error) in known.clock_codes or isinstance(error, ccxt.InvalidNonce)


def code_of(error: Exception) -> str | None:
    """Return the venue's own error code inside what ccxt raised; None if there is none."""
    return code_in(str(error))


def code_in(text: str) -> str | None:
    """Return the venue's own error code inside an answer; None if there is none."""
    found = _JSON_CODE.search(text)
    return found.group(1) if found else None


def text_of(error: Exception) -> str | None:
    """Return the venue's own words inside what ccxt raised; None if there are none."""
    found = _JSON_TEXT.search(str(error))
    if found is not None:
        return _shortened(re.sub(r"\\(.)", r"\1", found.group(1)))
    if isinstance(error, PlaceRefused | VenueNotServing):
        # A page for people: what it says without its markup, and without an address that may be signed.
        return _shortened(_QUERY.sub("", _MARKUP.sub(" ", str(error)))) or None
    return None


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= TEXT_MOST else f"{text[:TEXT_MOST]}…"


def secrets_of(values: Iterable[str | None]) -> tuple[str, ...]:
    """Return the values worth striking out: the longest first, so that no part of one survives.

    A value as short as `x` stands in for a key in a trial and would only strike letters out of words.
    """
    whole = [value for value in values if value]
    # A message is one line: of a key in several lines each is a secret.
    lines = [line for value in whole for line in value.splitlines() if not line.startswith("-----")]
    long = {value for value in (*whole, *lines) if len(value) >= SHORTEST_SECRET}
    return tuple(sorted(long, key=len, reverse=True))
