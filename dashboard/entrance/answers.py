"""What sign-in answers with: pages that nobody keeps, and the way on."""

from collections.abc import Iterable

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from dashboard.entrance.asgi import Scope, small
from dashboard.entrance.place import Place

_NOT_KEPT = "no-store"


def shown(html: str, status: int = 200, *, cookies: Iterable[str] = (), retry_after: int = 0) -> Response:
    """Return a page."""
    answer = HTMLResponse(html, status)
    if retry_after:
        answer.headers["retry-after"] = str(retry_after)
    return _with(answer, cookies)


def on_to(place: Place, path: str, *, cookies: Iterable[str] = ()) -> Response:
    """Return the way on to a path of ours."""
    return away_to(f"{place.prefix}{path}", cookies=cookies)


def away_to(address: str, *, cookies: Iterable[str] = ()) -> Response:
    """Return the way to an address that is not asked for by a form again."""
    return _with(Response(status_code=303, headers={"location": address}), cookies)


def refused(why: str, status: int) -> Response:
    """Return one plain line."""
    return _with(PlainTextResponse(f"{why}\n", status), ())


def is_of_a_person(scope: Scope) -> bool:
    """Return whether somebody wants to see a page, and no script wants a piece of one."""
    modes = small(scope, "sec-fetch-mode")
    wants_a_page = any("text/html" in each for each in small(scope, "accept"))
    return scope["method"] in {"GET", "HEAD"} and (modes == ["navigate"] or (not modes and wants_a_page))


def _with(answer: Response, cookies: Iterable[str]) -> Response:
    answer.headers["cache-control"] = _NOT_KEPT
    for cookie in cookies:
        answer.headers.append("set-cookie", cookie)
    return answer
