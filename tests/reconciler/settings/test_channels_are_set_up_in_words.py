"""Channels in the settings: what is read of them, and what is refused, without a word of their secrets."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.facts.finding import Kind, Severity
from reconciler.notify.channel import Channel
from reconciler.notify.ntfy import NtfyPhone
from reconciler.notify.telegram import TelegramPhone
from reconciler.service.posting import phone_of, posting_of
from reconciler.settings import SettingsError, load
from tests.reconciler.settings_files import GOOD, written

CANARY = "c4n4ryTOKENc4n4ry"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINANCE_KEY", "the-key")
    monkeypatch.setenv("BINANCE_SECRET", "the-secret")
    monkeypatch.setenv("PHONE_URL", f"tgram://{CANARY}/1234")
    monkeypatch.setenv("BOT_URL", f"tgram://4242:{CANARY}/81")
    monkeypatch.setenv("TOPIC_URL", f"ntfys://{CANARY}")


def lines(folder: Path, channel: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(written(folder, f"{GOOD}\n{channel}"))
    return tuple(line.split(": ", 1)[1] for line in caught.value.lines)


def test_a_channel_is_read_with_what_it_is_for(tmp_path: Path) -> None:
    text = """
    [notify.phone]
    url_env = "PHONE_URL"
    [notify.partner]
    url_file = "partner"
    min_severity = "critical"
    accounts = ["main"]
    kinds = ["unprotected_position"]
    after = 180
    repeat = 0
    """
    (tmp_path / "partner").write_text(f"ntfy://{CANARY}\n")

    settings = load(written(tmp_path, f"{GOOD}\n{text}"))

    assert settings.notify["phone"].channel("phone") == Channel("phone")
    assert settings.notify["partner"].channel("partner") == Channel(
        "partner",
        min_severity=Severity.CRITICAL,
        accounts=frozenset({"main"}),
        kinds=frozenset({Kind.UNPROTECTED_POSITION}),
        after=timedelta(seconds=180),
        repeat=timedelta(0),
    )
    assert settings.channel_url("partner") == f"ntfy://{CANARY}"
    assert CANARY not in repr(settings)


def test_a_channel_that_can_be_answered_is_spoken_to_by_ourselves(tmp_path: Path) -> None:
    text = """
    [notify.phone]
    url_env = "BOT_URL"
    people = { "81" = "ada" }
    [notify.spare]
    url_env = "TOPIC_URL"
    reply_as = "ada"
    [notify.plain]
    url_env = "BOT_URL"
    """
    settings = load(written(tmp_path, f"{GOOD}\n{text}"))

    assert isinstance(phone_of(settings, "phone"), TelegramPhone)
    assert isinstance(phone_of(settings, "spare"), NtfyPhone)
    assert phone_of(settings, "plain") is None
    assert list(posting_of(settings).phones) == ["phone", "spare"]


@pytest.mark.parametrize(
    ("channel", "line"),
    [
        ("[notify.phone]", 'notify.phone.url_env: is missing: add url_env = "TELEGRAM_URL" and set'),
        (
            f'[notify.phone]\nurl = "tgram://{CANARY}/1"',
            "notify.phone.url: is a secret, and secrets do not belong in the settings: put it into an",
        ),
        (
            '[notify.phone]\nurl_env = "PHONE_URL"\nurl_file = "x"',
            "notify.phone.url_env: is given twice, with url_file: keep one of the two",
        ),
        ('[notify.phone]\nurl_env = "NO_URL"', "notify.phone.url_env: the variable NO_URL is not in the"),
        ('[notify.phone]\nurl_file = "none"', "notify.phone.url_file: "),
        ('[notify.phone]\nurl_env = "BINANCE_KEY"', "notify.phone.url_env: holds no single address that"),
        (
            '[notify.phone]\nurl_env = "PHONE_URL"\nmin_severity = "criticl"',
            'notify.phone.min_severity: "criticl" is not known: did you mean critical?',
        ),
        (
            '[notify.phone]\nurl_env = "PHONE_URL"\naccounts = ["mian"]',
            "notify.phone.accounts: mian is no account: did you mean main?",
        ),
        ('[notify.phone]\nurl_env = "PHONE_URL"\naccounts = []', "notify.phone.accounts: names none, so"),
        (
            '[notify.phone]\nurl_env = "PHONE_URL"\nkinds = ["unprotected"]',
            "notify.phone.kinds: names unprotected, which is no kind of alert: did you mean",
        ),
        (
            '[notify.phone]\nurl_env = "PHONE_URL"\nafter = -1',
            "notify.phone.after: -1 is wrong, it should be from 0 to 86400 seconds",
        ),
        (
            '[notify.phone]\nurl_env = "PHONE_URL"\nrepeat = 5',
            "notify.phone.repeat: 5 is wrong, it should be from 60 to 86400 seconds, or 0 for no reminders",
        ),
        (
            '[notify.phone]\nurl_env = "PHONE_URL"\nmin_severty = "info"',
            "notify.phone.min_severty: is not a setting: did you mean min_severity?",
        ),
        (
            '[notify.phone]\nurl_env = "PHONE_URL"\npeople = { "81" = "ada" }',
            "notify.phone.people: is for Telegram, and the address is no tgram://TOKEN/CHAT with a single",
        ),
        (
            '[notify.phone]\nurl_env = "BOT_URL"\npeople = { "ada" = "81" }',
            "notify.phone.people: has a person without a number or a name: write people",
        ),
        (
            '[notify.phone]\nurl_env = "BOT_URL"\nserver = "http://127.0.0.1:1"',
            "notify.phone.server: is only used for messages with buttons: add people, or remove it",
        ),
        (
            '[notify.phone]\nurl_env = "BOT_URL"\nreply_as = "ada"',
            "notify.phone.reply_as: is for ntfy, and the address is no ntfys://HOST/TOPIC with a single",
        ),
        (
            '[notify.phone]\nurl_env = "TOPIC_URL"\nreply_topic = "x"',
            "notify.phone.reply_topic: is only used for messages with buttons: add reply_as",
        ),
        (
            '[dashboard]\npublic_url = "trueup.example.com"',
            "dashboard.public_url: is no address of web pages: write one like",
        ),
        (
            '[dashboard]\npublic_url = "https://ann:pw@trueup.example.com"',
            "dashboard.public_url: holds a login",
        ),
    ],
)
def test_a_channel_that_is_wrong_is_refused(tmp_path: Path, channel: str, line: str) -> None:
    told = lines(tmp_path, channel)

    assert [each[: len(line)] for each in told] == [line]
    assert CANARY not in "".join(told)


def test_what_needs_no_venue_needs_no_channel_either(tmp_path: Path) -> None:
    settings = load(written(tmp_path, f'{GOOD}\n[notify.phone]\nurl_env = "NO_URL"'), venues=False)

    assert list(settings.notify) == ["phone"]


def test_links_lead_to_the_public_address_or_to_this_machine(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)).dashboard.link == "http://127.0.0.1:8501"
    public = '[dashboard]\npublic_url = "https://trueup.example.com/"'
    assert load(written(tmp_path, f"{GOOD}\n{public}")).dashboard.link == "https://trueup.example.com"
