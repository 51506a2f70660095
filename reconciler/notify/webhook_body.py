"""What a webhook is sent: a message as JSON, named so that it can be told from itself, and signed; pure.

Signed in the manner of Standard Webhooks (standardwebhooks.com), so that its libraries can check it.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from reconciler.alerts.runbook import steps_for
from reconciler.notify.message import Message
from reconciler.notify.outbox import Item

SCHEMA: Final = "trueup.message/1"
_WRITTEN_SECRET: Final = "whsec_"  # noqa: S105 - how such a secret begins


def document(message: Message, link: str) -> dict[str, Any]:
    """Return a message as it is sent. The same message has the same `id`, however often it is sent.

    Args:
        message: Which.
        link: Where the screens are, without a stroke at the end.
    """
    alerts = [_alert(item, link) for item in message.items]
    about = "alerts" if message.items else message.about or "test"
    told = [each["event"] for each in alerts] or [message.title]
    return {
        "schema": SCHEMA,
        "id": f"msg_{_digest(about, *told)}",
        "type": about,
        "title": message.title,
        "body": message.body,
        "severity": message.severity.value,
        "alerts": alerts,
    }


def written(told: Mapping[str, Any]) -> bytes:
    """Return a document as the bytes that are signed and sent."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def headers(secret: str, name: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return what shows who has sent a body, and when.

    Args:
        secret: `whsec_` and base64, or any text; several, with a space between them, while it is changed.
        name: The `id` of the document.
        at: Aware UTC.
        body: What is sent.
    """
    stamp = str(int(at.timestamp()))
    signed = b".".join((name.encode(), stamp.encode(), body))
    each = (hmac.new(_key(one), signed, sha256).digest() for one in secret.split())
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in each),
    }


def _key(secret: str) -> bytes:
    if secret.startswith(_WRITTEN_SECRET):
        try:
            return base64.b64decode(secret.removeprefix(_WRITTEN_SECRET), validate=True)
        except binascii.Error:
            pass  # then it is just a text that begins so
    return secret.encode()


def _alert(item: Item, link: str) -> dict[str, Any]:
    alert, key = item.alert, item.alert.key
    began = alert.first_seen.isoformat()
    return {
        "event": f"evt_{_digest(str(alert.id), began, str(item.seq), item.why, item.owed_at.isoformat())}",
        "why": item.why.value,
        "owed_at": _time(item.owed_at),
        "id": alert.id,
        "kind": key.kind.value,
        "account": key.account,
        "symbol": key.symbol,
        "leg": key.leg.value,
        "severity": alert.severity.value,
        "state": alert.state.value,
        "reason": alert.reason,
        "expected": _number(alert.expected),
        "observed": _number(alert.observed),
        "exposure": _number(alert.exposure),
        "first_seen": _time(alert.first_seen),
        "over_at": _time(alert.resolved_at),
        "frozen_since": _time(alert.frozen_since),
        "steps": list(steps_for(alert)),
        "url": f"{link}/alert?id={alert.id}",
    }


def _digest(*parts: str) -> str:
    return sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize() if value else Decimal(0), "f")


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")
