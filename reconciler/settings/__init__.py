"""The settings: one TOML file and the environment, read once at the start and refused in words when wrong."""

from reconciler.settings.loading import load
from reconciler.settings.model import Settings
from reconciler.settings.notify import NotifySettings
from reconciler.settings.problem import Problem, SettingsError
from reconciler.settings.sections import (
    AccountSettings,
    ChecksSettings,
    DashboardSettings,
    DatabaseSettings,
    LedgerSettings,
    LogFormat,
    LogSettings,
    ServeSettings,
)

__all__ = [
    "AccountSettings",
    "ChecksSettings",
    "DashboardSettings",
    "DatabaseSettings",
    "LedgerSettings",
    "LogFormat",
    "LogSettings",
    "NotifySettings",
    "Problem",
    "ServeSettings",
    "Settings",
    "SettingsError",
    "load",
]
