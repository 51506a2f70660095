"""The settings as a whole: the sections in one value, what follows from them, all that is wrong at once."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import (
    Field,
    PrivateAttr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from reconciler.facts.sign_in import Door
from reconciler.settings.alertmanager import AlertmanagerSettings
from reconciler.settings.consistency import inconsistencies
from reconciler.settings.defaults import DefaultsSettings, with_defaults
from reconciler.settings.door import door_of, door_problems_of
from reconciler.settings.egresses import least_interval, sharers
from reconciler.settings.notify import NotifySettings
from reconciler.settings.ping import PingSettings
from reconciler.settings.problem import Problem, SettingsError
from reconciler.settings.refusal import refusals
from reconciler.settings.section import Name
from reconciler.settings.sections import (
    AccountSettings,
    ChecksSettings,
    DashboardSettings,
    DatabaseSettings,
    KeepSettings,
    LedgerSettings,
    LogSettings,
    ServeSettings,
)
from reconciler.settings.sign_in import SignInSettings
from verification.venues.port import Access


class Settings(BaseSettings):
    """Everything that can be set. Made by `load`, which also knows where it came from.

    Attributes:
        database: Trueup's own state.
        ledgers: Bots' databases by name.
        accounts: Credentials on venues by name.
        defaults: What those of a section have in common; it stands in each of them already.
        checks: How often and how patiently.
        notify: The channels on which people are told, by name.
        ping: Who outside is told that Trueup looks.
        alertmanager: A Prometheus Alertmanager that is told of every open alert.
        dashboard: Where the screens are.
        sign_in: Who is let in to them.
        serve: Where programs are answered.
        keep: For how long what is over is kept.
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
    defaults: DefaultsSettings = DefaultsSettings()
    checks: ChecksSettings = ChecksSettings()
    notify: dict[Name, NotifySettings] = Field(default_factory=dict)
    ping: PingSettings = PingSettings()
    alertmanager: AlertmanagerSettings = AlertmanagerSettings()
    dashboard: DashboardSettings = DashboardSettings()
    sign_in: SignInSettings = SignInSettings()
    serve: ServeSettings = ServeSettings()
    keep: KeepSettings = KeepSettings()
    log: LogSettings = LogSettings()

    _origin: str = PrivateAttr(default="settings")
    _folder: Path = PrivateAttr(default_factory=Path)
    _files: tuple[str, ...] = PrivateAttr(default=())
    _places: Mapping[tuple[str, str], str] = PrivateAttr(default_factory=dict)

    @property
    def origin(self) -> str:
        """Where they were read: the file's path as the person gave it, or `environment`."""
        return self._origin

    @property
    def folder(self) -> Path:
        """The absolute folder to which relative paths in the settings are relative."""
        return self._folder

    @property
    def files(self) -> tuple[str, ...]:
        """The files of `accounts.d` beside it that were read too, in their order."""
        return self._files

    def access(self, account: str) -> Access:
        """Return how to reach an account, its secrets read now from the environment or their files.

        Raises:
            SettingsError: A secret that the settings name is not there.
            KeyError: No account has this name.
        """
        settings = self.accounts[account]
        secrets, problems = settings.read_secrets(account, self._folder, os.environ)
        if secrets is None:
            file = self._places.get(("accounts", account), "")
            raise SettingsError(self._origin, tuple(replace(each, file=file) for each in problems))
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

    def channel_url(self, channel: str) -> str:
        """Return the address of a channel, read now from the environment or its file.

        Raises:
            SettingsError: It is not there.
            KeyError: No channel has this name.
        """
        found = self.notify[channel].read_url(channel, self._folder, os.environ)
        if isinstance(found, Problem):
            file = self._places.get(("notify", channel), "")
            raise SettingsError(self._origin, (replace(found, file=file),))
        return found

    def channel_secret(self, channel: str) -> str | None:
        """Return what a webhook is signed with, read now; None for any other channel.

        Raises:
            SettingsError: It is not there.
            KeyError: No channel has this name.
        """
        found = self.notify[channel].read_secret(channel, self._folder, os.environ)
        if isinstance(found, Problem):
            raise SettingsError(
                self._origin, (replace(found, file=self._places.get(("notify", channel), "")),)
            )
        return found

    def alertmanager_url(self) -> str | None:
        """Return the address of the Alertmanager, read now from the environment or its file; None for none.

        Raises:
            SettingsError: It is not there.
        """
        found = self.alertmanager.read_url(self._folder, os.environ)
        if isinstance(found, Problem):
            raise SettingsError(self._origin, (found,))
        return found

    def ping_url(self) -> str | None:
        """Return the address of the outward ping, read now from the environment or its file; None for none.

        Raises:
            SettingsError: It is not there.
        """
        found = self.ping.read_url(self._folder, os.environ)
        if isinstance(found, Problem):
            raise SettingsError(self._origin, (found,))
        return found

    def door(self) -> Door:
        """Return how people are let in to the screens, secrets read now from the environment or their files.

        Raises:
            SettingsError: A secret that the settings name is not there.
        """
        found = door_of(self.dashboard, self.sign_in, self._folder, os.environ)
        if isinstance(found, tuple):
            raise SettingsError(self._origin, found)
        return found

    @property
    def sweep_every(self) -> timedelta:
        """Time between two sweeps: what is set; unset, no less than what the accounts' addresses allow."""
        if "interval" in self.checks.model_fields_set:
            return self.checks.interval
        told = {name: account.model_dump() for name, account in self.accounts.items()}
        return max(self.checks.interval, least_interval(told))

    @property
    def sharers(self) -> dict[str, int]:
        """By account, how many of the accounts share its venue and address, itself included."""
        return sharers({name: account.model_dump() for name, account in self.accounts.items()})

    @model_validator(mode="wrap")
    @classmethod
    def _tell_everything_at_once(cls, raw: Any, handler: ValidatorFunctionWrapHandler) -> "Settings":
        applied = with_defaults(raw)
        raw = applied.raw
        problems = (*applied.problems, *inconsistencies(raw), *door_problems_of(raw))
        try:
            settings: Settings = handler(raw)
        except ValidationError as error:
            refused = applied.told(refusals(error, raw, cls))
            raise SettingsError("settings", (*refused, *problems)) from None
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
