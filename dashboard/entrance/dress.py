"""The headers of every answer: nothing from anywhere else, in no frame, guessed by nobody; pure."""

import base64
import hashlib
import re

from dashboard.entrance.asgi import Message, Send

_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def policy(page: bytes) -> str:
    """Return the content policy of the page: nothing from anywhere else, in no frame, its own inline script.

    Streamlit's components are modules of the page's own, made in it (`blob:`).
    """
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in _INLINE.findall(page))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Dress:
    """Puts the headers on answers."""

    def __init__(self, index: bytes) -> None:
        """`index` is Streamlit's page."""
        self._headers = (
            (b"content-security-policy", policy(index).encode()),
            (b"x-frame-options", b"DENY"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
        )

    def on(self, send: Send) -> Send:
        """Return `send` with these headers, in place of any others of their names."""
        ours = {name for name, _ in self._headers}

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", ()) if bytes(pair[0]).lower() not in ours]
                message = {**message, "headers": [*kept, *self._headers]}
            await send(message)

        return dressed


def _digest(script: bytes) -> str:
    return base64.b64encode(hashlib.sha256(script).digest()).decode()
