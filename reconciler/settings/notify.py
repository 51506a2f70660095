"""`[notify.NAME]`: a channel on which people are told, whose address is a secret and stands elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from reconciler.facts.finding import Kind, Severity
from reconciler.notify.channel import Channel
from reconciler.notify.phone_address import ntfy_of, telegram_of
from reconciler.settings.checked import known_kinds, names, some_names
from reconciler.settings.credentials import held_by, read_held
from reconciler.settings.problem import Problem
from reconciler.settings.section import Seconds, Section, seconds
from reconciler.settings.web_address import is_web_address

Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(names), AfterValidator(some_names)]
Kinds = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(names), AfterValidator(some_names), AfterValidator(known_kinds)
]


class NotifySettings(Section):
    """One channel."""

    url_env: str | None = Field(
        default=None,
        description="Variable that holds the channel's address, any that apprise knows.",
        examples=["TELEGRAM_URL"],
    )
    url_file: Path | None = Field(
        default=None, description="File that holds the address, instead.", examples=["secrets/telegram"]
    )
    min_severity: Severity = Field(
        default=Severity.WARNING,
        description="What is less severe is not told: info, warning or critical.",
        examples=["warning"],
    )
    accounts: Names | None = Field(
        default=None, description="The accounts that it is for; all without it.", examples=[["main"]]
    )
    kinds: Kinds | None = Field(
        default=None,
        description="The kinds of alert that it is for; all without it.",
        examples=[["unprotected_position"]],
    )
    after: Seconds = seconds(
        0,
        least=0,
        most=86400,
        what="How long an alert fires without being acknowledged before it is told here.",
    )
    repeat: Seconds | None = Field(
        default=None,
        description="Time between two reminders of what nobody has acknowledged, 60 to 86400, or 0 for none.",
        examples=[600],
        json_schema_extra={"unit": "seconds", "least": 60, "most": 86400},
    )

    people: dict[str, str] = Field(
        default_factory=dict,
        description="Telegram: who may answer a message by its buttons, their user numbers and names.",
        examples=[{"81234567": "ada"}],
    )
    reply_as: str | None = Field(
        default=None,
        description="ntfy: whose phone it is. Messages have buttons then, and answers are in this name.",
        examples=["ada"],
    )
    reply_topic: str | None = Field(
        default=None,
        description="ntfy: the topic to which its buttons post; without it one follows from the address.",
        examples=["trueup-replies-7f3a9c"],
    )
    server: str | None = Field(
        default=None,
        description="Telegram: the base of a Bot API server of your own.",
        examples=["http://127.0.0.1:8081"],
    )

    secret_env: str | None = Field(
        default=None,
        description="Webhook: variable that holds the secret its messages are signed with. Signed JSON is "
        "posted to the address then.",
        examples=["WEBHOOK_SECRET"],
    )
    secret_file: Path | None = Field(
        default=None, description="File that holds the secret, instead.", examples=["secrets/webhook"]
    )

    @property
    def signed(self) -> bool:
        """True for a webhook."""
        return self.secret_env is not None or self.secret_file is not None

    def read_secret(self, name: str, folder: Path, environ: Mapping[str, str]) -> str | Problem | None:
        """Read the secret of a webhook now; None for any other channel. Arguments as of `read_url`."""
        return read_held(f"notify.{name}.secret", self.secret_env, self.secret_file, folder, environ)

    def channel(self, name: str) -> Channel:
        """Return what is told on it."""
        return Channel(
            name=name,
            min_severity=self.min_severity,
            accounts=None if self.accounts is None else frozenset(self.accounts),
            kinds=None if self.kinds is None else frozenset(Kind(each) for each in self.kinds),
            after=self.after,
            repeat=self.repeat,
        )

    def read_url(self, name: str, folder: Path, environ: Mapping[str, str]) -> str | Problem:
        """Read the address now; a problem where it is not there.

        Args:
            name: The channel's name, for the message.
            folder: What a relative file is relative to.
            environ: The environment.
        """
        where = f"notify.{name}.url"
        found = read_held(where, self.url_env, self.url_file, folder, environ)
        if found is None:
            return Problem(f"{where}_env", 'is missing: add url_env = "TELEGRAM_URL" and set that variable')
        if isinstance(found, str) and ("://" not in found or len(found.split()) != 1):
            text = (
                "holds no single address that apprise could know, such as tgram://TOKEN/CHAT or ntfy://TOPIC"
            )
            return Problem(held_by(where, self.url_env), text)
        return self._unanswerable(f"notify.{name}", found) or found if isinstance(found, str) else found

    def _unanswerable(self, where: str, url: str) -> Problem | None:
        """Return why a channel with this address cannot be answered as it is set up; None if it can."""
        if self.signed:
            return self._unsignable(where, url)
        if self.people:
            if telegram_of(url) is None:
                text = (
                    "is for Telegram, and the address is no tgram://TOKEN/CHAT with a single chat: correct it"
                )
                return Problem(f"{where}.people", text)
            if not all(number.isdigit() and name.strip() for number, name in self.people.items()):
                text = 'has a person without a number or a name: write people = { "81234567" = "ada" }'
                return Problem(f"{where}.people", text)
        elif self.server is not None:
            return Problem(
                f"{where}.server", "is only used for messages with buttons: add people, or remove it"
            )
        if self.reply_as is not None:
            if ntfy_of(url) is None:
                text = "is for ntfy, and the address is no ntfys://HOST/TOPIC with a single topic: correct it"
                return Problem(f"{where}.reply_as", text)
            if not self.reply_as.strip():
                return Problem(f"{where}.reply_as", "is empty: say whose phone it is")
        elif self.reply_topic is not None:
            return Problem(f"{where}.reply_topic", "is only used for messages with buttons: add reply_as")
        return None

    def _unsignable(self, where: str, url: str) -> Problem | None:
        held = f"{where}.secret_env" if self.secret_env is not None else f"{where}.secret_file"
        if not is_web_address(url):
            return Problem(held, "makes a webhook, and the address is no https://HOST/PATH: correct it")
        if self.people or self.reply_as is not None:
            return Problem(held, "makes a webhook, which has no buttons: remove it, or people and reply_as")
        return None
