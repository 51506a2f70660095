"""The settings as values: every field with its unit and its default."""

import os
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    IPvAnyAddress,
    PrivateAttr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from reconciler.comparison.confirmation import ConfirmationSettings
from reconciler.facts.expectation import StopPolicy
from reconciler.settings.checked import loopback, names, venue_id, zone_name
from reconciler.settings.consistency import inconsistencies
from reconciler.settings.credentials import CredentialSettings
from reconciler.settings.database_url import checked_ledger_url, checked_state_url
from reconciler.settings.egresses import least_interval
from reconciler.settings.problem import SettingsError
from reconciler.settings.refusal import refusals
from reconciler.settings.section import Name, Seconds, Section, seconds
from verification.venues.port import Access


class LedgerKind(StrEnum):
    """What wrote the database."""

    FREQTRADE = "freqtrade"
    JOURNAL = "journal"


class LogFormat(StrEnum):
    """How log lines are written, on standard error: for a person, or one JSON object a line."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class DatabaseSettings(Section):
    """`[database]`: where Trueup keeps its own state. Never the bot's database."""

    url: Annotated[str, AfterValidator(checked_state_url)] = Field(
        default="sqlite:///trueup.db",
        description="Trueup's own database: sqlite:///FILE, or postgresql+psycopg://USER@HOST/NAME.",
        examples=["sqlite:///trueup.db"],
    )


class LedgerSettings(Section):
    """`[ledgers.NAME]`: one bot's database, which is only read."""

    kind: LedgerKind = Field(description="What wrote the database.", examples=["freqtrade"])
    url: Annotated[str, AfterValidator(checked_ledger_url)] = Field(
        description="The bot's database.", examples=["sqlite:///user_data/tradesv3.sqlite"]
    )
    timezone: Annotated[str | None, AfterValidator(zone_name)] = Field(
        default=None,
        description="The zone in which the bot's session on PostgreSQL runs, where that is not this role's.",
        examples=["Asia/Tokyo"],
    )
    stops: Literal["auto", "venue", "software"] = Field(
        default="auto",
        description="Where the bot keeps its stops: auto (told from its rows), venue, or software.",
        examples=["auto"],
    )

    @property
    def stop_policy(self) -> StopPolicy | None:
        """Where the bot keeps its stops; None: told from its rows."""
        return None if self.stops == "auto" else StopPolicy(self.stops)

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of naive times; None: that of a session of the role in `url`."""
        return None if self.timezone is None else ZoneInfo(self.timezone)


class AccountSettings(CredentialSettings):
    """`[accounts.NAME]`: one set of credentials on one venue."""

    venue: Annotated[str, AfterValidator(venue_id)] = Field(
        description="The venue, by its ccxt exchange id.", examples=["binanceusdm"]
    )
    ledgers: Annotated[tuple[str, ...], NoDecode, BeforeValidator(names)] = Field(
        description="The ledgers of every bot that trades this account; their sums are compared.",
        examples=[["mybot"]],
    )
    exclusive: bool = Field(
        default=True,
        description="True when nobody but the bots of these ledgers trades the account.",
        examples=[True],
    )
    egress: Name | None = Field(
        default=None,
        description="A name for the address that its requests leave by; who shares it shares its budget.",
        examples=["office"],
    )
    ccxt: dict[str, Any] = Field(
        default_factory=dict, description="Merged into the ccxt constructor: urls, options, proxies."
    )


class ChecksSettings(Section):
    """`[checks]`: how often and how patiently ledgers and venues are compared."""

    interval: Seconds = seconds(
        30, least=0.1, most=3600, what="Time between two full sweeps of an account; events check sooner."
    )
    verify_deadline: Seconds = seconds(
        10, least=0.1, most=300, what="How long a verification may look for evidence before it says unknown."
    )
    spacing: Seconds = seconds(
        5, least=0, most=300, what="Looks at a difference that are closer together count as one."
    )
    grace: Seconds = seconds(
        20, least=0, most=3600, what="How long both sides must have been quiet before a difference fires."
    )
    lagging_grace: Seconds = seconds(
        60, least=0, most=3600, what="The same where an order of the bot itself explains the difference."
    )
    stop_placing: Seconds = seconds(
        60, least=0, most=3600, what="How long after its opening a position may be without a stop."
    )
    stop_replacing: Seconds = seconds(
        15, least=0, most=3600, what="How long a stop may be missing later on, while a bot moves it."
    )
    longest: Seconds = seconds(
        300,
        least=0,
        most=3600,
        what="What a slow source may stretch a grace to, and how long changes put it off.",
    )

    @property
    def confirmation(self) -> ConfirmationSettings:
        """The part of it that says when a difference has lasted."""
        return ConfirmationSettings(
            spacing=self.spacing,
            grace=self.grace,
            lagging_grace=self.lagging_grace,
            stop_placing=self.stop_placing,
            stop_replacing=self.stop_replacing,
            longest=self.longest,
        )


class DashboardSettings(Section):
    """`[dashboard]`: where the screens are served."""

    address: Annotated[IPvAnyAddress, AfterValidator(loopback)] = Field(
        default="127.0.0.1",
        validate_default=True,
        description="Loopback address to listen on; others are refused until there is authentication.",
        examples=["127.0.0.1"],
    )
    port: int = Field(default=8501, ge=1, le=65535, description="TCP port to listen on.", examples=[8501])


class LogSettings(Section):
    """`[log]`: what is written to standard error."""

    format: LogFormat = Field(
        default=LogFormat.CONSOLE, description="Lines for a person, or JSON.", examples=["console"]
    )
    level: LogLevel = Field(
        default=LogLevel.INFO, description="The least important lines that are written.", examples=["info"]
    )


class Settings(BaseSettings):
    """Everything that can be set. Made by `load`, which also knows where it came from.

    Attributes:
        database: Trueup's own state.
        ledgers: Bots' databases by name.
        accounts: Credentials on venues by name.
        checks: How often and how patiently.
        dashboard: Where the screens are.
        log: What is written to standard error.
    """

    model_config = SettingsConfigDict(
        env_prefix="TRUEUP_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    database: DatabaseSettings = DatabaseSettings()
    ledgers: dict[Name, LedgerSettings] = Field(default_factory=dict)
    accounts: dict[Name, AccountSettings] = Field(default_factory=dict)
    checks: ChecksSettings = ChecksSettings()
    dashboard: DashboardSettings = DashboardSettings()
    log: LogSettings = LogSettings()

    _origin: str = PrivateAttr(default="settings")
    _folder: Path = PrivateAttr(default_factory=Path)

    @property
    def origin(self) -> str:
        """Where they were read: the file's path as the person gave it, or `environment`."""
        return self._origin

    @property
    def folder(self) -> Path:
        """The absolute folder to which relative paths in the settings are relative."""
        return self._folder

    def access(self, account: str) -> Access:
        """Return how to reach an account, its secrets read now from the environment or their files.

        Raises:
            SettingsError: A secret that the settings name is not there.
            KeyError: No account has this name.
        """
        settings = self.accounts[account]
        secrets, problems = settings.read_secrets(account, self._folder, os.environ)
        if secrets is None:
            raise SettingsError(self._origin, problems)
        return Access(
            account=account,
            venue=settings.venue,
            api_key=secrets.api_key,
            secret=secrets.secret,
            password=secrets.password,
            exclusive=settings.exclusive,
            ccxt=settings.ccxt,
            egress=settings.egress or "",
        )

    @property
    def sweep_every(self) -> timedelta:
        """Time between two sweeps: what is set; unset, no less than what the accounts' addresses allow."""
        if "interval" in self.checks.model_fields_set:
            return self.checks.interval
        told = {name: account.model_dump() for name, account in self.accounts.items()}
        return max(self.checks.interval, least_interval(told))

    @model_validator(mode="wrap")
    @classmethod
    def _tell_everything_at_once(cls, raw: Any, handler: ValidatorFunctionWrapHandler) -> "Settings":
        problems = tuple(inconsistencies(raw))
        try:
            settings: Settings = handler(raw)
        except ValidationError as error:
            raise SettingsError("settings", (*refusals(error, raw, cls), *problems)) from None
        if problems:
            raise SettingsError("settings", problems)
        return settings

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment override the file; nothing else is read."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings
