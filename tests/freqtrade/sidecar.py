"""Trueup beside the bot, as real processes: set up from the bot's own settings; and what it has told."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from reconciler.alerts.alert import Alert
from reconciler.console import Console, StateDatabaseError
from simulator.demo.house import free_port
from tests.freqtrade.process import Process

KEY = "the-key-that-reads"
"""Another one than the bot's."""

SILENT_AFTER = 60
"""Seconds. The one setting that is not the one shipped: five minutes would make a long test of it."""

ROOT = Path(__file__).resolve().parents[2]
_TRUEUP = [sys.executable, "-P", "-m", "reconciler"]


class Sidecar:
    """What `trueup init --freqtrade` makes of a bot, and `trueup run` with it.

    Attributes:
        ledger: The name that the bot's database was given.
        account: The name of its account.
        port: On which it answers programs.
    """

    def __init__(
        self, folder: Path, config: Path, bot_environment: Mapping[str, str], url: str | None
    ) -> None:
        """Set it up; nothing runs yet.

        Args:
            folder: In which the bot is started; the settings file is written there.
            config: The bot's own.
            bot_environment: What the bot is given in its environment.
            url: Of the bot's database, where Trueup is to read it by a role of its own.

        Raises:
            RuntimeError: Nothing was written.
        """
        self._folder = folder
        self._given = {**os.environ, **bot_environment, "PYTHONPATH": str(ROOT)}
        words = [*_TRUEUP, "init", "--no-doctor", "--freqtrade", str(config)]
        done = subprocess.run(words, cwd=folder, env=self._given, capture_output=True, text=True, check=False)
        self.said_at_setup = done.stdout + done.stderr
        settings = folder / "trueup.toml"
        if not settings.exists():
            raise RuntimeError(f"trueup init ended with {done.returncode}: {self.said_at_setup}")
        found = tomllib.loads(settings.read_text())
        ((self.ledger, _ledger),) = found["ledgers"].items()
        ((self.account, account),) = found["accounts"].items()
        self.port = free_port()
        self.state = f"sqlite:///{folder / 'trueup.db'}"
        section = f"TRUEUP_LEDGERS__{self.ledger.upper()}__"
        self._given |= {
            account["api_key_env"]: KEY,
            account["secret_env"]: f"the secret of {KEY}",
            "TRUEUP_DATABASE__URL": self.state,
            "TRUEUP_SERVE__PORT": str(self.port),
            f"{section}SILENT_AFTER": str(SILENT_AFTER),
            **({} if url is None else {f"{section}URL": url}),
        }
        self.process = Process([*_TRUEUP, "run"], folder, folder / "trueup.log", self._given)

    def command(self, *words: str) -> str:
        """Return what a `trueup` command says.

        Raises:
            CalledProcessError: It failed.
        """
        done = subprocess.run(
            [*_TRUEUP, *words], cwd=self._folder, env=self._given, capture_output=True, text=True, check=True
        )
        return done.stdout

    def launch(self) -> Callable[[], bool]:
        """Start it, and return what tells whether it has looked at everything once since.

        Raises:
            RuntimeError: By what is returned: it has ended.
        """
        before = self._complete()
        self.process.start()

        def sees() -> bool:
            if not self.process.runs:
                raise RuntimeError(f"Trueup ended ({self.process.code}): see {self.process.log}")
            return self._complete() > before

        return sees

    def told(self) -> tuple[Alert, ...]:
        """Return every alert that people were told of, oldest first; none before its database is there."""
        try:
            with Console.open(self.state) as console:
                found = console.queries.alerts(limit=1000)
        except StateDatabaseError:
            return ()
        return tuple(alert for alert in reversed(found) if alert.fired_at is not None)

    def _complete(self) -> float:
        """Return when a look at the account was last complete; 0 for never."""
        try:
            with Console.open(self.state) as console:
                cycles = console.queries.now().cycles
        except StateDatabaseError:
            return 0.0
        ends = [each.last_complete_at for each in cycles if each.last_complete_at is not None]
        return max((each.timestamp() for each in ends), default=0.0)
