"""`trueup notify`: what each channel is for, how it fares, and whether a message comes; never its address."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.alerts.event import AlertSettings
from reconciler.notify.reply import Reply
from reconciler.settings import load
from reconciler.storage import replies
from reconciler.storage.database import Database, migrate
from tests.cli.conftest import Command
from tests.reconciler.alert_life import NOON
from tests.reconciler.notify.receiver import Receiver
from tests.reconciler.settings_files import GOOD, written

CANARY = "c4n4ryTOKENc4n4ry"
CHANNELS = """
[notify.phone]
url_env = "PHONE_URL"

[notify.partner]
url_env = "PARTNER_URL"
min_severity = "critical"
after = 180
repeat = 0
accounts = ["main"]
"""


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    written(tmp_path, GOOD + CHANNELS)
    with Receiver() as open_one:
        monkeypatch.setenv("PHONE_URL", f"json://127.0.0.1:{open_one.port}/{CANARY}")
        monkeypatch.setenv("PARTNER_URL", f"json://127.0.0.1:1/{CANARY}")
        yield open_one


def test_one_message_is_sent_and_what_came_back_is_said(trueup: Command, receiver: Receiver) -> None:
    said = trueup("notify", "test", "phone")

    assert (said.code, said.out) == (0, "ok      phone: HTTP 200\n")
    (message,) = receiver.messages()
    assert message["title"] == "Trueup: this is a test"


def test_what_people_answered_is_listed_refused_answers_too(trueup: Command, receiver: Receiver) -> None:
    del receiver
    state = load(None, venues=False).database.url
    migrate(state)
    assert trueup("notify", "replies").out == "No answers from phones yet.\n"

    stranger = Reply("1", "1", "", "telegram:user 666", note="/start", refused="user 666 is not among them")
    with Database.open(state, create=False) as database, database.write() as connection:
        replies.hear(connection, "phone", stranger, AlertSettings(), now=NOON)

    line = trueup("notify", "replies").out
    assert line.endswith(' phone REFUSED telegram:user 666, "/start": user 666 is not among them\n')
    assert json.loads(trueup("notify", "replies", "--json").out)[0]["by"] == "telegram:user 666"


def test_a_channel_that_does_not_work_is_said_without_its_address(
    trueup: Command, receiver: Receiver
) -> None:
    receiver.status = 401

    said = trueup("notify", "test")

    assert said.code == 2
    assert said.out.splitlines() == [
        "not ok  phone: HTTP 401 Unauthorized",
        "not ok  partner: connection refused",
    ]
    assert CANARY not in said.out + said.err


@pytest.mark.usefixtures("receiver")
def test_a_channel_that_is_not_set_up_is_refused_in_words(trueup: Command) -> None:
    said = trueup("notify", "test", "fone")

    assert said.code == 3
    assert said.complaint == (
        "trueup: trueup.toml: notify: there is no channel fone: known are phone, partner; "
        "add [notify.NAME] with url_env"
    )


@pytest.mark.usefixtures("receiver")
def test_the_list_says_what_each_is_for_and_how_it_fares(trueup: Command) -> None:
    said = trueup("notify", "list")

    assert said.code == 0
    assert said.out.splitlines() == [
        "phone: warning and worse; not served yet: `trueup run` begins with it",
        (
            "partner: critical and worse, of main, after 180 s without an acknowledgement, never again; "
            "not served yet: `trueup run` begins with it"
        ),
    ]
    listed = json.loads(trueup("notify", "list", "--json").out)
    assert [(each["name"], each["after"], each["repeat"]) for each in listed] == [
        ("phone", 0, None),
        ("partner", 180, 0),
    ]
    assert CANARY not in json.dumps(listed)


def test_without_channels_the_list_says_so(trueup: Command, tmp_path: Path) -> None:
    written(tmp_path, GOOD)

    assert trueup("notify", "list").out.startswith("No channels: only the screens tell of anything.")
    assert trueup("notify", "test").code == 3
