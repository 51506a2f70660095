"""Streamlit's own files go packed over the wire, and are kept by the browser for good.

Only these: a page or an answer that holds a secret is never packed, for its length could tell of it.
"""

from starlette.middleware.gzip import GZipMiddleware

from dashboard.entrance.asgi import App, Receive, Scope, Send

FILES = "/static/"
LEAST_BYTES = 1024


class Packed:
    """ASGI middleware."""

    def __init__(self, app: App) -> None:
        """`app` is what is packed."""
        self._app = app
        self._packing = GZipMiddleware(app, minimum_size=LEAST_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pack the answer where it is a whole file of Streamlit's own; else pass it on."""
        if scope["type"] == "http" and FILES in scope["path"] and not _asks_for_a_part(scope):
            await self._packing(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _asks_for_a_part(scope: Scope) -> bool:
    return any(name == b"range" for name, _ in scope["headers"])
