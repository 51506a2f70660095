"""The process that talks to one channel through apprise: a JSON line in is a message, one out its answer.

A process of its own, because apprise blocks, keeps 33 MB, hides what servers answer, and may hang for as long
as a server trickles bytes: whoever has started this can end it. Nothing that it logs leaves it.
"""

import json
import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import apprise
import requests
from typing_extensions import override

from reconciler.notify.answer import Answer, masked
from verification.budget.venue_pause import told_wait
from verification.facts.clock import SystemClock

_KINDS = {"critical": "failure", "warning": "warning", "info": "info"}
_DETAILS = ("description", "message", "error", "detail")
_STOPPED = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "syslog.openlog",
        "syslog.syslog",
        "subprocess.Popen",
    }
)
"""What would let a message out, by the names of Python's audit events."""

_CONNECT_SECONDS = 5.0


class _NotSent(OSError):
    """Nothing is sent while a channel is only tried."""


@dataclass(slots=True)
class _Seen:
    """What was seen of one message's requests.

    Attributes:
        answer: The last answer of a server.
        error: What the last request met.
        logged: The last warning of apprise.
        places: Where a connection was to be opened, while a channel is only tried.
    """

    answer: requests.Response | None = None
    error: Exception | None = None
    logged: str = ""
    places: list[Any] = field(default_factory=list)


class _Child:
    """The channel's end of the line."""

    def __init__(self) -> None:
        """Watch all that apprise does in this process."""
        self._seen = _Seen()
        self._only_tried = False
        self._watch_requests()
        logger = logging.getLogger("apprise")
        logger.handlers[:] = [_LastWarning(self._note)]
        logger.propagate = False

    def answer(self, line: str) -> Answer:
        """Send one message, or only try the way that it would go."""
        asked = json.loads(line)
        url = str(asked["url"])
        self._seen = _Seen()
        channel = apprise.Apprise(asset=apprise.AppriseAsset(secure_logging=True, async_mode=False))
        if not _add(channel, url):
            return Answer(
                taken=False, said="apprise does not understand the address of this channel", status=400
            )
        if asked.get("only_try"):
            return self._tried(channel, url)
        kind = _KINDS[asked["severity"]]
        taken = bool(
            channel.notify(asked["body"], title=asked["title"], notify_type=kind, body_format="text")
        )
        return self._told(url, taken=taken)

    def _told(self, url: str, *, taken: bool) -> Answer:
        seen = self._seen
        status = None if seen.answer is None else seen.answer.status_code
        wait = None
        if taken:
            said = "taken" if seen.answer is None else f"HTTP {status}"
        elif seen.answer is not None:
            said = f"HTTP {status} {seen.answer.reason or ''} {_detail(seen.answer)}".strip()
            wait = _wait(seen.answer)
        elif seen.error is not None:
            said = _words(seen.error)
        else:
            said = seen.logged or "it was not taken, and nothing says why"
        return Answer(taken, masked(said, url), status, wait)

    def _tried(self, channel: apprise.Apprise, url: str) -> Answer:
        """Let a message begin, stop it before anything leaves, and see whether its server is there."""
        self._only_tried = True
        sys.addaudithook(self._stop)
        channel.notify("nothing of this is sent", body_format="text")
        self._only_tried = False
        place = next((each for each in self._seen.places if isinstance(each, tuple)), None)
        if place is None:
            if self._seen.error is not None and not isinstance(self._seen.error, _NotSent):
                return Answer(taken=False, said=masked(_words(self._seen.error), url))
            return Answer(taken=True, said="the address is understood; it cannot be tried without sending")
        try:
            socket.create_connection(place[:2], _CONNECT_SECONDS).close()
        except OSError as error:
            return Answer(taken=False, said=f"its server cannot be reached ({_words(error)})")
        return Answer(taken=True, said="the address is understood, and its server takes connections")

    def _stop(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._only_tried and event in _STOPPED:
            if event == "socket.connect":
                self._seen.places.append(arguments[1])
            raise _NotSent("nothing is sent")

    def _note(self, line: str) -> None:
        self._seen.logged = line

    def _watch_requests(self) -> None:
        # apprise calls `requests.post` and keeps the answer to itself, and requests has no hook for all its
        # sessions. Nothing but apprise runs in this process.
        send = requests.Session.send

        def watched(session: requests.Session, request: Any, **options: Any) -> requests.Response:
            try:
                answer = send(session, request, **options)
            except Exception as error:
                self._seen.error = error
                raise
            self._seen.answer, self._seen.error = answer, None
            return answer

        requests.Session.send = watched  # type: ignore[method-assign, assignment]  # see above


class _LastWarning(logging.Handler):
    def __init__(self, note: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._note = note

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self._note(record.getMessage())


def _add(channel: apprise.Apprise, url: str) -> bool:
    # Where a service takes less than we write, it is sent in parts and not cut.
    divided = url if "overflow=" in url else f"{url}{'&' if '?' in url else '?'}overflow=split"
    return bool(channel.add(divided)) and len(channel) == 1


def _detail(answer: requests.Response) -> str:
    """Return what the server says of the reason, if it says it in a form that is known."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    said = next((body[name] for name in _DETAILS if isinstance(body.get(name), str)), "")
    return f"({said[:120]})" if said else ""


def _wait(answer: requests.Response) -> float | None:
    """Return for how long the server asks us to wait: in a header, or as Telegram and Discord say it."""
    told = told_wait(answer.headers, "", SystemClock().now().utc)
    if told is not None:
        return told
    try:
        body = answer.json()
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    parameters = body.get("parameters")
    named = (parameters if isinstance(parameters, dict) else body).get("retry_after")
    return float(named) if isinstance(named, int | float) and 0 < named <= 24 * 3600 else None


def _words(error: BaseException) -> str:
    """Say what a connection met, and nothing of where it went: the address is a secret."""
    text = f"{error!r} {error}"
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate of its server is not trusted"
    if isinstance(error, requests.exceptions.Timeout | TimeoutError):
        return "no answer in time"
    if "NameResolution" in text or "gaierror" in text or "Name or service" in text:
        return "the name of its server is not known"
    if "refused" in text:
        return "connection refused"
    if "reset" in text or "aborted" in text or "Disconnected" in text:
        return "connection lost"
    return type(error).__name__


def main() -> None:
    """Answer line by line until there are no more."""
    child = _Child()
    for line in sys.stdin:
        try:
            answer = child.answer(line)
        except Exception as error:  # noqa: BLE001 - a bug of a plugin is no message that was taken
            answer = Answer(taken=False, said=f"apprise met an error of its own ({type(error).__name__})")
        sys.stdout.write(json.dumps(asdict(answer)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
