"""`python -m tests.freqtrade`: the real freqtrade beside Trueup; a table, and `build/freqtrade.json`."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.freqtrade.installed import program, versions
from tests.freqtrade.page import rows, table, together
from tests.freqtrade.run import DATABASES, VENUES, Run, run_of
from tests.freqtrade.truth import words_of

RESULT = Path("build/freqtrade.json")
KEPT = Path("build/freqtrade-logs")
GATED = ("binance", "sqlite")
"""The run in which the strategy asks the gate in the end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when everything that was told was right, 1 with what was not."""
    parser = argparse.ArgumentParser(
        prog="make test-freqtrade", description="The real freqtrade beside Trueup."
    )
    parser.add_argument("--venue", choices=VENUES, nargs="+", default=VENUES)
    parser.add_argument("--database", choices=DATABASES, nargs="+", default=tuple(DATABASES))
    asked = parser.parse_args(arguments)
    program()
    runs: dict[str, list[tuple[str, str, str, str]]] = {}
    bad: list[str] = []
    for venue in asked.venue:
        for database in asked.database:
            run, lines = _played(venue, database, gated=(venue, database) == GATED)
            runs[run.name] = rows(run)
            bad += [f"{run.name}: {line}" for line in lines]
    document = {"versions": versions(), "runs": runs, "wrong": bad}
    RESULT.write_text(json.dumps(document, indent=2) + "\n")
    _say(together(runs))
    return 1 if bad else 0


def _played(venue: str, database: str, *, gated: bool) -> tuple[Run, list[str]]:
    with tempfile.TemporaryDirectory(prefix="trueup-freqtrade-", ignore_cleanup_errors=True) as folder:
        run = run_of(venue, database, Path(folder), _say, gated=gated)
        try:
            run.play()
        finally:
            _keep(run)
    _say(table(run))
    for alert in run.alerts:
        _say(f"told: {words_of(alert)}")
    lines = run.wrong()
    for line in lines:
        _say(f"WRONG {line}")
    return run, lines


def _keep(run: Run) -> None:
    """Keep what every process has said, and what Trueup has stored."""
    KEPT.mkdir(parents=True, exist_ok=True)
    for file in (*run.scene.folder.glob("*.log"), *run.scene.folder.glob("trueup.db*")):
        (KEPT / f"{run.name.replace(', ', '-')}-{file.name}").write_bytes(file.read_bytes())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
