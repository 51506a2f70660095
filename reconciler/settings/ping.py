"""`[ping]`: who outside is told that Trueup looks; its address is a secret and stands elsewhere."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from reconciler.settings.problem import Problem
from reconciler.settings.section import Section
from reconciler.settings.web_address import read_web_address


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
        return read_web_address(
            "ping.url", self.url_env, self.url_file, folder, environ, example="https://hc-ping.com/UUID"
        )
