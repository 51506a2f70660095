"""Which kind of key an account signs with, and its secret in the one form that ccxt reads."""

import hashlib
import hmac
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from verification.facts.errors import SourceRejected
from verification.venues.capabilities import Capabilities, KeyKind
from verification.venues.port import Access

_PEM = "-----BEGIN "
_NAMES = {KeyKind.HMAC: "HMAC", KeyKind.RSA: "RSA", KeyKind.ED25519: "Ed25519"}


def is_pem(secret: str) -> bool:
    """Return True for a key in a file's form; an HMAC secret is a bare word."""
    return _PEM in secret


def signing_secret(access: Access, known: Capabilities) -> str:
    """Return the account's secret as ccxt is to be given it.

    ccxt tells an Ed25519 key from an RSA one by the length of its text, which a stray line break changes, so
    a key is written anew. What ccxt would sign wrongly, or break on, is refused here and not by the venue.

    Raises:
        SourceRejected: The venue, or ccxt for it, takes no key of this kind, or it cannot be read.
    """
    if not known.keys:
        return access.secret
    if not is_pem(access.secret):
        kind, secret = KeyKind.HMAC, access.secret
    else:
        kind, secret = _of_pem(access, known)
    if kind not in known.keys:
        raise _refused(access, known, f"is a key of the kind {_NAMES[kind]}")
    return secret


def signature(exchange: Any, text: str) -> str:
    """Sign a text as ccxt signs requests, RSA or HMAC: its own logins to streams know HMAC only."""
    secret = str(exchange.secret)
    if is_pem(secret):
        return str(exchange.rsa(text, secret, "sha256"))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _of_pem(access: Access, known: Capabilities) -> tuple[KeyKind, str]:
    # A variable of the environment often holds its line breaks as two signs.
    text = access.secret.strip().replace("\\n", "\n")
    if "PRIVATE KEY" not in text:
        raise _refused(access, known, "is not the private half of a key")
    if "OPENSSH" in text:
        raise _refused(access, known, "is a key of OpenSSH, which no venue takes")
    try:
        key = load_pem_private_key(text.encode(), None)
    except TypeError:
        raise _refused(
            access,
            known,
            "is locked with a passphrase: write it without one (openssl pkey -in FILE -out FILE2)",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        # The error's text may show a piece of the key.
        raise _refused(access, known, "cannot be read as a private key: is the file whole?") from None
    if isinstance(key, RSAPrivateKey):
        kind = KeyKind.RSA
    elif isinstance(key, Ed25519PrivateKey):
        kind = KeyKind.ED25519
    else:
        what = type(key).__name__.removesuffix("PrivateKey").lstrip("_")
        raise _refused(access, known, f"is a key of the kind {what}")
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return kind, written.decode().strip()


def _refused(access: Access, known: Capabilities, why: str) -> SourceRejected:
    kinds = [_NAMES[kind] for kind in KeyKind if kind in known.keys]
    usable = " or ".join(", ".join(kinds).rsplit(", ", 1))
    return SourceRejected(
        f"the secret of account {access.account} {why}; use an {usable} key of {access.venue}"
    )
