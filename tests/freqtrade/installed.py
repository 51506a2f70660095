"""freqtrade in an environment of its own, from PyPI, installed once: nothing of it is Trueup's dependency."""

import os
import subprocess
import sys
from pathlib import Path

VERSION = "2026.9"
DRIVER = "psycopg2-binary==2.9.13"
"""For its trades on PostgreSQL."""

FOLDER = Path("build/freqtrade-venv").absolute()


def program() -> Path:
    """Return the `freqtrade` command, installed if it is not there in this version."""
    python, command, stamp = FOLDER / "bin/python", FOLDER / "bin/freqtrade", FOLDER / f".freqtrade-{VERSION}"
    if not stamp.exists():
        sys.stdout.write(f"installing freqtrade {VERSION} into {FOLDER}: some minutes\n")
        sys.stdout.flush()
        subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
        install: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, f"freqtrade=={VERSION}", DRIVER], check=True, env={**os.environ})
        stamp.touch()
    return command


def versions() -> dict[str, str]:
    """Return the versions of what matters of that environment."""
    names = ("freqtrade", "ccxt", "SQLAlchemy")
    asked = f"import importlib.metadata as m; print(*(m.version(n) for n in {names}))"
    told = subprocess.run([FOLDER / "bin/python", "-c", asked], check=True, capture_output=True, text=True)
    return dict(zip(names, told.stdout.split(), strict=True))
