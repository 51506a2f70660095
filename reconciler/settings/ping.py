"""`[ping]`: who outside is told that Trueup looks; its address is a secret and stands elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field

from reconciler.settings.credentials import from_file, from_variable
from reconciler.settings.problem import Problem
from reconciler.settings.section import Section


class PingSettings(Section):
    """Where the outward ping goes."""

    url_env: str | None = Field(
        default=None,
        description="Variable that holds the address of a check at healthchecks.io, or of its form.",
        examples=["PING_URL"],
    )
    url_file: Path | None = Field(
        default=None, description="File that holds the address, instead.", examples=["secrets/ping"]
    )

    def read_url(self, folder: Path, environ: Mapping[str, str]) -> str | Problem | None:
        """Read the address now; None where none is set, a problem where it is not there.

        Args:
            folder: What a relative file is relative to.
            environ: The environment.
        """
        if self.url_env is not None and self.url_file is not None:
            return Problem("ping.url_env", "is given twice, with url_file: keep one of the two")
        if self.url_env is not None:
            held, found = "ping.url_env", from_variable("ping.url_env", self.url_env, environ)
        elif self.url_file is not None:
            held, found = "ping.url_file", from_file("ping.url_file", folder / self.url_file.expanduser())
        else:
            return None
        return found if isinstance(found, Problem) or is_web_address(found) else Problem(held, _NO_ADDRESS)


_NO_ADDRESS = "holds no single web address, such as https://hc-ping.com/UUID"


def is_web_address(text: str) -> bool:
    """Return whether a text is a single address of the web."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(text.split()) == 1
    except ValueError:
        return False
