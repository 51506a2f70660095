"""Who was let in, when and how, as the cookie carries it: signed, so that nobody can write one; pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from reconciler.facts.sign_in import Way
from verification.facts.clock import microseconds, utc_of


@dataclass(frozen=True, slots=True)
class Session:
    """One person in one browser.

    Attributes:
        id: Drawn anew at every sign-in.
        way: How they showed who they are.
        name: As that way knows them; empty for the link.
        began: When, aware UTC.
        used: When the cookie was last given out.
        account: Of a local account; 0 for others.
        names: What the provider calls them, the e-mail address among it.
        groups: Those of the provider's groups that the settings name.
    """

    id: str
    way: Way
    name: str
    began: datetime
    used: datetime
    account: int = 0
    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def used_at(self, now: datetime) -> "Session":
        """Return it as used now."""
        return replace(self, used=now)


def has_ended(session: Session, used: datetime, now: datetime, *, idle: timedelta, lasts: timedelta) -> bool:
    """Return whether its time is over.

    Args:
        session: As the cookie has it.
        used: When it was last used, as far as is known.
        now: Aware UTC.
        idle: How long one stands that nobody uses.
        lasts: How long one stands at most.
    """
    return now - session.began >= lasts or now - max(used, session.used) >= idle


class Seal:
    """Signs what is to come back as it went, and knows its own signature. One purpose opens no other's."""

    def __init__(self, secret: str, purpose: str) -> None:
        """`secret` is that of cookies."""
        ways = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializer = URLSafeSerializer(secret, salt=f"trueup.{purpose}", signer_kwargs=ways)

    def close(self, content: Mapping[str, Any]) -> str:
        """Return it signed."""
        return str(self._serializer.dumps(dict(content)))

    def open(self, text: str) -> Mapping[str, Any] | None:
        """Return what was signed; None for what we have not."""
        try:
            content = self._serializer.loads(text)
        except BadData:
            return None
        return content if isinstance(content, dict) else None


def as_content(session: Session) -> Mapping[str, Any]:
    """Return a session as a cookie carries it."""
    return {
        "i": session.id,
        "w": session.way.value,
        "n": session.name,
        "b": microseconds(session.began),
        "u": microseconds(session.used),
        "a": session.account,
        "m": list(session.names),
        "g": list(session.groups),
    }


def from_content(content: Mapping[str, Any]) -> Session | None:
    """Return the session that a cookie of ours carries; None for one of another version."""
    try:
        return Session(
            id=str(content["i"]),
            way=Way(content["w"]),
            name=str(content["n"]),
            began=utc_of(content["b"]),
            used=utc_of(content["u"]),
            account=int(content["a"]),
            names=tuple(map(str, content["m"])),
            groups=tuple(map(str, content["g"])),
        )
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
