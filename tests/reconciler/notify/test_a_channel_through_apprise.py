"""A channel through apprise, in its own process, against a server on loopback: what came back, no secret."""

import json
import sys
from collections.abc import Awaitable, Callable, Iterator

import pytest

from reconciler.facts.finding import Severity
from reconciler.notify import courier as courier_module
from reconciler.notify.answer import Answer, masked, pause, scheme_of
from reconciler.notify.courier import AppriseCourier
from reconciler.notify.message import Message
from reconciler.service.child_process import leashed
from tests.reconciler.notify.receiver import Receiver

PLAIN = Message("title", "body", Severity.WARNING)
CANARY = "c4n4ryTOKENc4n4ry"
PASSWORD = "p4ssw0rdCANARY"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as open_one:
        yield open_one


def url_of(receiver: Receiver) -> str:
    return f"json://user:{PASSWORD}@127.0.0.1:{receiver.port}/{CANARY}"


async def asked(url: str, how: Callable[[AppriseCourier], Awaitable[Answer]]) -> Answer:
    courier = AppriseCourier(url, leashed("reconciler.notify.apprise_child"))
    try:
        return await how(courier)
    finally:
        await courier.close()


async def sent(url: str) -> Answer:
    return await asked(
        url, lambda courier: courier.send(Message("A <b>title</b>", "x" * 3000, Severity.CRITICAL))
    )


async def test_a_message_comes_as_it_was_written(receiver: Receiver) -> None:
    answer = await sent(url_of(receiver))

    assert (answer.taken, answer.status) == (True, 200)
    (message,) = receiver.messages()
    assert (message["title"], message["message"], message["type"]) == (
        "A <b>title</b>",
        "x" * 3000,
        "failure",
    )


@pytest.mark.parametrize(
    ("headers", "says", "wait"),
    [
        ({"Retry-After": "7"}, "slow down", 7.0),
        ({}, '{"ok": false, "parameters": {"retry_after": 31}}', 31.0),
        ({}, '{"retry_after": 1.5}', 1.5),
        ({}, "slow down", None),
    ],
)
async def test_a_server_that_asks_to_be_left_alone_says_for_how_long(
    receiver: Receiver, headers: dict[str, str], says: str, wait: float | None
) -> None:
    receiver.status, receiver.headers, receiver.says = 429, headers, says

    answer = await sent(url_of(receiver))

    assert (answer.taken, answer.status, answer.wait, answer.busy) == (False, 429, wait, True)


async def test_a_refusal_says_why_and_holds_nothing_of_the_address(receiver: Receiver) -> None:
    receiver.status = 401
    receiver.says = json.dumps({"description": f"{CANARY} of user:{PASSWORD} is not known"})

    answer = await sent(url_of(receiver))

    assert answer.refused
    assert answer.said == "HTTP 401 Unauthorized (*** of *** is not known)"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"json://127.0.0.1:1/{CANARY}", "connection refused"),
        (f"jsons://no.such.host.invalid/{CANARY}", "the name of its server is not known"),
        (f"nonsense://{CANARY}", "apprise does not understand the address of this channel"),
    ],
)
async def test_what_cannot_be_reached_is_said_in_words_and_without_the_address(url: str, said: str) -> None:
    assert (await sent(url)).said == said
    assert CANARY not in repr(await asked(url, AppriseCourier.try_way))


async def test_a_channel_is_tried_without_sending_anything(receiver: Receiver) -> None:
    answer = await asked(url_of(receiver), AppriseCourier.try_way)

    assert (answer.taken, answer.said) == (
        True,
        "the address is understood, and its server takes connections",
    )
    assert receiver.taken == []
    assert not (await asked("json://127.0.0.1:1", AppriseCourier.try_way)).taken


async def test_a_channel_that_hangs_is_ended_and_serves_the_next_message(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.hangs = True
    courier = AppriseCourier(url_of(receiver) + "?rto=50", leashed("reconciler.notify.apprise_child"))
    try:
        with monkeypatch.context() as shortened:
            shortened.setattr(courier_module, "SEND_SECONDS", 6.0)
            answer = await courier.send(PLAIN)
        assert (answer.taken, answer.said) == (False, "no answer within 6 s")
        receiver.hangs = False
        assert (await courier.send(PLAIN)).taken
    finally:
        await courier.close()


async def test_the_keys_to_an_exchange_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINANCE_KEY", CANARY)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    tells = (
        "import json, os; input(); print(json.dumps({'taken': True, 'said': ' '.join(sorted(os.environ))}))"
    )
    courier = AppriseCourier("json://127.0.0.1", [sys.executable, "-c", tells])

    answer = await courier.send(PLAIN)
    await courier.close()

    assert {"PATH", "https_proxy"} <= set(answer.said.split())
    assert "BINANCE_KEY" not in answer.said


async def test_a_process_that_ends_is_an_answer_and_no_error() -> None:
    courier = AppriseCourier(f"json://127.0.0.1/{CANARY}", [sys.executable, "-c", "pass"])

    answer = await courier.send(PLAIN)

    assert (answer.taken, answer.said) == (False, "its process ended (JSONDecodeError)")
    await courier.close()


@pytest.mark.parametrize(
    "text",
    [
        f"no {CANARY}",
        f"no {CANARY.lower()}",
        f"POST /bot{CANARY}/send",
        "dXNlcjpwNHNzdzByZENBTkFSWQ==",
        f"user:{PASSWORD}",
    ],
)
def test_every_part_of_an_address_is_taken_out_of_what_is_said(text: str) -> None:
    shown = masked(text, f"tgram://user:{PASSWORD}@bot{CANARY}/{CANARY}?key={CANARY}")

    assert CANARY.lower() not in shown.lower()
    assert PASSWORD not in shown
    assert "dXNl" not in shown


def test_of_an_address_only_its_scheme_is_shown() -> None:
    assert scheme_of(f"tgram://{CANARY}/123") == "tgram://***"
    assert scheme_of(CANARY) == "***"


def test_pauses_grow_and_a_wait_that_is_told_is_kept() -> None:
    down = Answer(taken=False, said="HTTP 503", status=503)
    waits = [pause(down, failures).total_seconds() for failures in range(1, 12)]

    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300]
    assert pause(Answer(taken=False, said="", status=429, wait=700), 1).total_seconds() == 700
    assert pause(Answer(taken=False, said="", status=401), 1).total_seconds() == 60
