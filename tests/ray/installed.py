"""Ray (from PyPI) and Trueup in an environment of their own, installed once: no other test needs Ray."""

import subprocess
import sys
from pathlib import Path

VERSION = "2.60.0"
ROOT = Path(__file__).resolve().parents[2]
FOLDER = (ROOT / "build/ray-venv").absolute()


def environment() -> Path:
    """Return the folder with its programs, installed if Ray is not there in this version."""
    stamp, programs = FOLDER / f".ray-{VERSION}", FOLDER / "bin"
    if not stamp.exists():
        sys.stdout.write(f"installing Ray {VERSION} and Trueup into {FOLDER}: some minutes\n")
        sys.stdout.flush()
        subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
        install: list[str | Path] = [programs / "python", "-m", "pip", "install", "--quiet"]
        how: list[str | Path] = ["--disable-pip-version-check", "--constraint", ROOT / "constraints.txt"]
        what: list[str | Path] = ["--editable", f"{ROOT}[ray]", f"ray=={VERSION}"]
        subprocess.run([*install, *how, *what], check=True)
        stamp.touch()
    return programs
