"""A test of a channel that somebody asks for on a screen: the reconciler sends it, and keeps the answer."""

from pathlib import Path

import pytest

from reconciler.console import Console
from reconciler.facts.message import ChannelView
from reconciler.notify.answer import Answer
from reconciler.notify.message import Message
from reconciler.service import channel_testing
from reconciler.service.channel_testing import ChannelTesting
from reconciler.settings import Settings, load
from reconciler.storage.service_store import ServiceStore
from verification.facts.clock import SystemClock

SETTINGS = """
[database]
url = "{url}"

[ledgers.mybot]
kind = "freqtrade"
url = "sqlite:///bot.sqlite"

[accounts.main]
venue = "binanceusdm"
ledgers = ["mybot"]
api_key_env = "ANY"
secret_env = "ANY"

[notify.phone]
url_env = "PHONE"
"""


class Channel:
    """A courier that keeps what it is given, and answers what a test says."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sent: list[Message] = []
        self.closed = 0

    async def send(self, message: Message) -> Answer:
        self.sent.append(message)
        return self.answer

    async def try_way(self) -> Answer:
        raise AssertionError("a test is sent, and not only tried")

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/trueup.db"


@pytest.fixture
def settings(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ANY", "any")
    monkeypatch.setenv("PHONE", "json://127.0.0.1:9/secret")
    file = tmp_path / "trueup.toml"
    file.write_text(SETTINGS.format(url=url), "utf-8")
    return load(file, venues=False)


async def asked(url: str, settings: Settings) -> None:
    """Ask for a test, and let the reconciler look until it has an answer."""
    clock = SystemClock()
    async with ServiceStore.open(url) as store:
        now = clock.now().utc
        await store.save_channels([ChannelView("phone", now, now)])
        with Console.open(url) as console:
            console.commands.try_channel("phone", by="ann\n<b>")
        testing = ChannelTesting(settings, "vega 1", store, clock)
        await testing.look()
        for task in list(testing._trying):
            await task
        await testing.look()
        await testing.close()


async def test_it_is_sent_once_in_their_name_and_what_came_back_is_stored(
    url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Channel(Answer(taken=False, said="HTTP 403"))
    monkeypatch.setattr(channel_testing, "courier_of", lambda _settings, _name: channel)

    await asked(url, settings)

    (message,) = channel.sent
    assert message.body.startswith("ann")
    assert "\n<b>" not in message.body
    assert channel.closed == 1
    with Console.open(url) as console:
        (test,) = console.insight.health().tests
    assert (test.taken, test.said, test.answered_at is not None) == (False, "HTTP 403", True)


async def test_where_its_address_is_not_there_that_is_the_answer(
    url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PHONE")

    await asked(url, settings)

    with Console.open(url) as console:
        (test,) = console.insight.health().tests
    assert not test.taken
    assert "PHONE" in test.said
