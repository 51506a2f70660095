"""An address of the web that stands in a variable or in a file, for it may be a secret."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from reconciler.settings.credentials import held_by, read_held
from reconciler.settings.problem import Problem


def read_web_address(
    name: str,
    variable: str | None,
    file: Path | None,
    folder: Path,
    environ: Mapping[str, str],
    *,
    example: str,
) -> str | Problem | None:
    """Return the address; None where none is set. Arguments as of `read_held`, and one that would do."""
    found = read_held(name, variable, file, folder, environ)
    if found is None or isinstance(found, Problem) or is_web_address(found):
        return found
    return Problem(held_by(name, variable), f"holds no single web address, such as {example}")


def is_web_address(text: str) -> bool:
    """Return whether a text is a single address of the web."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(text.split()) == 1
    except ValueError:
        return False
