"""Who may ask, and whether a signature is theirs."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the venue accepts. A None key accepts any; a None secret accepts any signature.

    The secret is a word that both sides know, or the public half of a key in PEM, RSA or Ed25519.
    `trades` and `withdraws` are what the venue says that the key may do; orders are taken all the same.
    """

    api_key: str | None = None
    secret: str | None = None
    trades: bool = True
    withdraws: bool = False

    def agrees(self, signature: str, *texts: str) -> bool:
        """Return True if the signature is one of any of these texts."""
        if self.secret is None:
            return True
        if not self.secret.startswith("-----"):
            return any(
                hmac.compare_digest(
                    hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest(), signature
                )
                for text in texts
            )
        try:
            signed = base64.b64decode(signature, validate=True)
        except binascii.Error:
            return False
        return any(_signed_with(_public(self.secret), signed, text.encode()) for text in texts)


@lru_cache
def _public(pem: str) -> RSAPublicKey | Ed25519PublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        raise TypeError(f"no venue verifies with a {type(key).__name__}")
    return key


def _signed_with(key: RSAPublicKey | Ed25519PublicKey, signature: bytes, text: bytes) -> bool:
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, text, PKCS1v15(), SHA256())
        else:
            key.verify(signature, text)
    except InvalidSignature:
        return False
    return True
