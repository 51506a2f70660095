"""The sections of the settings as values: every field with its unit and its default."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    IPvAnyAddress,
)
from pydantic_settings import NoDecode

from reconciler.comparison.patience import ConfirmationSettings
from reconciler.facts.expectation import StopPolicy
from reconciler.settings.checked import (
    host_name,
    ledger_kind,
    names,
    networks,
    venue_id,
    web_address,
    zone_name,
)
from reconciler.settings.counted import aware_time, held_before, select_of, state_words
from reconciler.settings.credentials import CredentialSettings
from reconciler.settings.database_url import checked_ledger_url, checked_state_url
from reconciler.settings.section import Name, Seconds, Section, seconds


def _days(default: int, what: str) -> Any:
    return Field(
        default=default,
        ge=1,
        le=3650,
        description=what,
        examples=[default],
        json_schema_extra={"unit": "days"},
    )


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

    kind: Annotated[str, AfterValidator(ledger_kind)] = Field(
        description="What wrote the database.", examples=["freqtrade"]
    )
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
    silent_after: Seconds | None = Field(
        default=None,
        description="How long the bot may leave its open orders as they are, 60 to 86400, or 0: never told.",
        examples=[300],
        json_schema_extra={"unit": "seconds", "least": 60, "most": 86400},
    )
    since: Annotated[datetime | None, BeforeValidator(aware_time)] = Field(
        default=None,
        description="From when on the ledger counts, with its zone: what is older is not read.",
        examples=["2026-11-01T00:00:00Z"],
    )
    baseline: Annotated[dict[str, tuple[Decimal, ...]], BeforeValidator(held_before)] = Field(
        default_factory=dict,
        description="What was held before that, by symbol: signed, in quotes, in the ledger's own unit.",
        examples=[{"BTC/USDT:USDT": "0.5"}],
    )
    stale_after: Seconds | None = Field(
        default=None,
        description="How long nothing may be written to it while its bot holds something, or 0: for ever.",
        examples=[86400],
        json_schema_extra={"unit": "seconds", "least": 3600, "most": 2592000},
    )

    query: Annotated[str | None, AfterValidator(select_of)] = Field(
        default=None,
        description="The SELECT that returns the bot's positions, one row each.",
        examples=["SELECT symbol, side, quantity FROM positions"],
    )
    unit: Literal["contracts", "base"] | None = Field(
        default=None,
        description="What its quantities count: contracts of the venue, or base currency.",
        examples=["base"],
    )
    states: Annotated[dict[str, str], AfterValidator(state_words)] = Field(
        default_factory=dict,
        description="What the bot's words for states mean: opening, open, closing, closed or failed.",
        examples=[{"active": "open"}],
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
    group: Name | None = Field(
        default=None, description="The group of accounts that it belongs to.", examples=["arbitrage"]
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
    stuck_after: Seconds = seconds(
        180, least=0, most=3600, what="How long a bot may take an order to be at work that has ended."
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
            stuck=self.stuck_after,
            longest=self.longest,
        )


class DashboardSettings(Section):
    """`[dashboard]`: where the screens are served."""

    address: IPvAnyAddress = Field(
        default="127.0.0.1",
        validate_default=True,
        description="Address to listen on; one that is not this machine's takes sign-in, TLS and public_url.",
        examples=["127.0.0.1"],
    )
    port: int = Field(default=8501, ge=1, le=65535, description="TCP port to listen on.", examples=[8501])
    public_url: Annotated[str | None, AfterValidator(web_address)] = Field(
        default=None,
        description="Where the screens are reached from a phone: the links in messages begin with it.",
        examples=["https://trueup.example.com"],
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="File of the certificate, whole chain, where the screens speak TLS themselves.",
        examples=["/etc/letsencrypt/live/trueup.example.com/fullchain.pem"],
    )
    tls_key: Path | None = Field(
        default=None,
        description="File of its key.",
        examples=["/etc/letsencrypt/live/trueup.example.com/privkey.pem"],
    )
    proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(names), AfterValidator(networks)] = Field(
        default=(),
        description="Addresses and networks of what speaks TLS before the screens; nothing else gets in.",
        examples=[["10.0.0.2"]],
    )

    @property
    def link(self) -> str:
        """What the address of every page begins with, without a stroke at the end."""
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)  # noqa: PLR2004 - IPv6
        return self.public_url or f"{'https' if self.tls_certificate else 'http'}://{host}:{self.port}"


class ServeSettings(Section):
    """`[serve]`: what `trueup run` serves to programs."""

    address: IPvAnyAddress = Field(
        default="127.0.0.1",
        validate_default=True,
        description="Address to listen on; from elsewhere everything takes a token.",
        examples=["127.0.0.1"],
    )
    port: int = Field(
        default=8502, ge=0, le=65535, description="TCP port to listen on; 0 serves nothing.", examples=[8502]
    )
    hosts: Annotated[
        tuple[Annotated[str, AfterValidator(host_name)], ...], NoDecode, BeforeValidator(names)
    ] = Field(
        default=(),
        description="Further names under which it is reached, NAME or NAME:PORT.",
        examples=[["trueup.example.com"]],
    )


class KeepSettings(Section):
    """`[keep]`: for how long what is over is kept. What is open is kept for ever."""

    alerts: int = _days(365, "Alerts after they were over, with their history.")
    verifications: int = _days(90, "Verifications, with their evidence.")
    sweeps: int = _days(3, "Sweeps; the latest of each account stays.")
    size: int = Field(
        default=1024,
        ge=0,
        le=1_000_000,
        description="Size of an SQLite file from which on all of it is kept shorter; 0 for no limit.",
        examples=[1024],
        json_schema_extra={"unit": "megabytes"},
    )


class LogSettings(Section):
    """`[log]`: what is written to standard error."""

    format: LogFormat = Field(
        default=LogFormat.CONSOLE, description="Lines for a person, or JSON.", examples=["console"]
    )
    level: LogLevel = Field(
        default=LogLevel.INFO, description="The least important lines that are written.", examples=["info"]
    )
