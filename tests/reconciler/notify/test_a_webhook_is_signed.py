"""A webhook gets signed JSON that the example of the docs checks, and goes nowhere but to its address."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from reconciler.facts.finding import Severity
from reconciler.notify.channel import Channel
from reconciler.notify.message import Message
from reconciler.notify.owed import plan
from reconciler.notify.text import compose
from reconciler.notify.webhook import WebhookCourier
from reconciler.notify.webhook_body import document, headers, written
from reconciler.service.posting import courier_of
from reconciler.settings import SettingsError, load
from tests.reconciler import settings_files
from tests.reconciler.alert_life import after
from tests.reconciler.notify.cases import case_of
from tests.reconciler.settings_files import GOOD
from verification.facts.clock import SystemClock

SECRET = "c4n4ry-of-a-secret"
TOKEN = "t0k3n-c4n4ry"
LINK = "https://trueup.example.com"
PLAIN = Message("title", "body", Severity.WARNING)
PAGE = Path(__file__).resolve().parents[3] / "docs" / "notifications.md"


@dataclass
class Desk:
    """What a receiver got, and how it answers."""

    port: int = 0
    status: int = 200
    answers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{TOKEN}"

    def courier(self, secret: str = SECRET) -> WebhookCourier:
        return WebhookCourier(self.url, secret, LINK, SystemClock())


@contextmanager
def desk() -> Iterator[Desk]:
    there = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.got.append((self.path, {name.lower(): text for name, text in self.headers.items()}, body))
            self.send_response(there.status)
            for name, text in there.answers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", "0")
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def example() -> Any:
    """Return the receiver that the page shows."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    space: dict[str, Any] = {}
    exec(code, space)
    return space["checked"]


def message(minutes: float = 1.0) -> Message:
    case = case_of("0 BAD")
    due = plan(Channel("desk"), [case], now=after(minutes)).due
    return compose(due, after(minutes), LINK)


async def test_the_example_of_the_page_takes_it_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    checked = example()
    with desk() as there:
        courier = there.courier()
        answer = await courier.send(message())
        await courier.close()
    assert answer.taken
    ((path, sent, body),) = there.got
    assert path == f"/{TOKEN}"
    told = checked(sent, body)
    assert (told["schema"], told["type"], told["severity"]) == ("trueup.message/1", "alerts", "critical")
    assert told["id"] == sent["webhook-id"]
    (alert,) = told["alerts"]
    assert (alert["why"], alert["id"], alert["kind"]) == ("first", 7, "orphaned_position")
    assert alert["url"] == f"{LINK}/alert?id=7"
    assert len(alert["steps"]) == 3
    assert checked(sent, body.replace(b"critical", b"warning!")) is None
    assert checked({**sent, "webhook-timestamp": "1"}, body) is None
    monkeypatch.setenv("WEBHOOK_SECRET", "another")
    assert checked(sent, body) is None


def test_what_is_sent_again_has_the_same_name_and_a_reminder_another() -> None:
    first, again = document(message(1), LINK), document(message(30), LINK)
    assert first["id"] == again["id"]
    assert first["alerts"][0]["event"] == again["alerts"][0]["event"]
    item = message().items[0]
    later = replace(item, owed_at=item.owed_at + timedelta(minutes=5))
    reminder = document(replace(message(), items=(later,)), LINK)
    assert reminder["id"] != first["id"]
    assert document(PLAIN, LINK)["type"] == "test"
    assert document(replace(PLAIN, about="state_database"), LINK)["type"] == "state_database"


def test_it_is_signed_as_the_standard_says() -> None:
    # The example of the specification's reference libraries.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    at = after(0).fromtimestamp(1614265330, tz=after(0).tzinfo)
    signed = headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    both = headers(f"{secret} other", "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)["webhook-signature"].split()
    assert both[0] == signed["webhook-signature"]
    assert len(both) == 2
    assert base64.b64decode(both[1].removeprefix("v1,"))


@pytest.mark.parametrize(
    ("status", "refused", "busy"),
    [(302, False, False), (401, True, False), (410, True, False), (429, False, True), (503, False, False)],
)
async def test_what_is_not_taken_is_kept_and_no_redirect_followed(
    *, status: int, refused: bool, busy: bool
) -> None:
    with desk() as there:
        there.status = status
        there.answers = {"Retry-After": "7", "Location": f"http://127.0.0.1:{there.port}/elsewhere"}
        courier = there.courier()
        answer = await courier.send(PLAIN)
        await courier.close()
    assert (answer.taken, answer.refused, answer.busy) == (False, refused, busy)
    assert answer.wait == (None if status == 302 else 7.0)
    assert [path for path, _, _ in there.got] == [f"/{TOKEN}"]
    assert TOKEN not in answer.said
    assert SECRET not in answer.said


async def test_a_way_is_tried_without_sending_anything() -> None:
    with desk() as there:
        courier = there.courier()
        assert (await courier.try_way()).taken
        assert there.got == []
    answer = await courier.try_way()
    await courier.close()
    assert not answer.taken
    assert TOKEN not in answer.said


def test_a_body_is_one_line_and_no_float() -> None:
    body = written(document(message(), LINK))
    assert b"\n" not in body
    assert not [each for each in json.loads(body, parse_float=lambda text: 1 / 0)["alerts"] if not each]


def test_it_is_set_up_by_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BINANCE_KEY", "BINANCE_SECRET", "HOOK_SECRET"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("HOOK", "http://10.0.0.7/in")
    told = '[notify.desk]\nurl_env = "HOOK"\nsecret_env = "HOOK_SECRET"\n'
    courier = courier_of(load(settings_files.written(tmp_path, GOOD + told)), "desk")
    assert isinstance(courier, WebhookCourier)
    monkeypatch.setenv("HOOK", "tgram://TOKEN/1")
    with pytest.raises(SettingsError, match="makes a webhook"):
        load(settings_files.written(tmp_path, GOOD + told))
    monkeypatch.setenv("HOOK", "http://10.0.0.7/in")
    monkeypatch.delenv("HOOK_SECRET")
    with pytest.raises(SettingsError, match="HOOK_SECRET"):
        load(settings_files.written(tmp_path, GOOD + told))
