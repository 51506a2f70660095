"""`[alertmanager]`: a Prometheus Alertmanager, told of every open alert; its address may hold a password."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from reconciler.settings.problem import Problem
from reconciler.settings.section import Section
from reconciler.settings.web_address import read_web_address


class AlertmanagerSettings(Section):
    """Where it is, and what we call ourselves there."""

    url_env: str | None = Field(
        default=None,
        description="Variable that holds its address, `http://127.0.0.1:9093`.",
        examples=["ALERTMANAGER_URL"],
    )
    url_file: Path | None = Field(
        default=None, description="File that holds its address, instead.", examples=["secrets/alertmanager"]
    )
    name: str = Field(
        default="trueup",
        min_length=1,
        max_length=40,
        description="The label `trueup` of its alerts: another one for each state database.",
        examples=["desk-2"],
    )

    def read_url(self, folder: Path, environ: Mapping[str, str]) -> str | Problem | None:
        """Read the address now; None where none is set, a problem where it is not there.

        Args:
            folder: What a relative file is relative to.
            environ: The environment.
        """
        return read_web_address(
            "alertmanager.url", self.url_env, self.url_file, folder, environ, example="http://127.0.0.1:9093"
        )
