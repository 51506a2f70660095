"""A statement as the one document that is kept and sent: canonical JSON, and the SHA-256 of its bytes; pure.

Canonical: ASCII, keys sorted, two spaces, one line feed at the end. The file is the canonical form itself, so
`sha256sum FILE` shows what the page prints. Times are ISO 8601 in UTC, quantities and shares are strings.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from reconciler.record.attestation.limits import CANNOT_SAY, RESTS_ON
from reconciler.views.attestation import SCHEMA, Attestation


def document(stated: Attestation) -> dict[str, Any]:
    """Return the statement as JSON values."""
    found: dict[str, Any] = _plain(stated)
    return {
        "schema": SCHEMA,
        "what": "trueup attestation",
        **found,
        "rests_on": list(RESTS_ON),
        "cannot_say": list(CANNOT_SAY),
    }


def canonical(stated: Attestation) -> bytes:
    """Return the statement as the bytes of its file."""
    text = json.dumps(document(stated), ensure_ascii=True, sort_keys=True, indent=2, allow_nan=False)
    return f"{text}\n".encode("ascii")


def digest(stated: Attestation) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal digits."""
    return hashlib.sha256(canonical(stated)).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
