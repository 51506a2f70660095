"""A house for the command line: a settings file, and a state database with alerts in it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.alerts.event import AlertSettings, Detected, Observed
from reconciler.cli import main
from reconciler.facts.finding import Evidence, Finding, Kind, Party, Severity
from reconciler.storage.alerts import observe
from reconciler.storage.database import Database
from tests.reconciler.settings_files import written
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on standard error."""
        (line,) = self.err.splitlines()
        return line


@dataclass
class Command:
    """Runs `trueup` in this process; standard output and error are kept apart."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Said:
        self.capture.readouterr()
        code = main(arguments)
        out, err = self.capture.readouterr()
        assert "Traceback" not in out + err
        return Said(code, out, err)


@pytest.fixture
def trueup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command, in an empty folder, with the secrets of the settings file in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BINANCE_KEY", "the-key")
    monkeypatch.setenv("BINANCE_SECRET", "the-secret")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # where a bug leaves its trace
    return Command(capsys)


def found(symbol: str, severity: Severity, *, reason: str = "no stop is resting") -> Finding:
    now = SystemClock().now().utc
    return Finding(
        kind=Kind.UNPROTECTED_POSITION,
        account="main",
        symbol=symbol,
        leg=Leg.NET,
        severity=severity,
        reason=reason,
        expected=Decimal("14998.0"),
        observed=Decimal(14998),
        exposure=Decimal("1200.50"),
        evidence=(Evidence(Party.EXCHANGE, "rest", "no conditional order", now, {"orders": "0"}),),
        contract_size=Decimal(1),
    )


@pytest.fixture
def alerts(tmp_path: Path) -> None:
    """Three alerts: 1 critical and firing, 2 a warning and firing, 3 only suspected."""
    written(tmp_path)
    now = datetime.now(UTC)  # noqa: TID251 - what a person sees is counted from the real present
    detected = (
        Detected(found("DOGE/USDT:USDT", Severity.CRITICAL), now, confirmed=True),
        Detected(found("XRP/USDT:USDT", Severity.WARNING), now, confirmed=True),
        Detected(found("SOL/USDT:USDT", Severity.WARNING), now, confirmed=False),
    )
    with (
        Database.open(f"sqlite:///{tmp_path}/trueup.db", create=True) as database,
        database.write() as connection,
    ):
        observe(connection, Observed(detected), AlertSettings(), now=now)
