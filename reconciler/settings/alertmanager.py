"""`[alertmanager]`: a Prometheus Alertmanager, told of every open alert; its address may hold a password."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from reconciler.settings.credentials import from_file, from_variable
from reconciler.settings.ping import is_web_address
from reconciler.settings.problem import Problem
from reconciler.settings.section import Section


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
        if self.url_env is not None and self.url_file is not None:
            return Problem("alertmanager.url_env", "is given twice, with url_file: keep one of the two")
        if self.url_env is not None:
            held, found = "alertmanager.url_env", from_variable("alertmanager.url_env", self.url_env, environ)
        elif self.url_file is not None:
            held = "alertmanager.url_file"
            found = from_file(held, folder / self.url_file.expanduser())
        else:
            return None
        if isinstance(found, Problem) or is_web_address(found):
            return found
        return Problem(held, "holds no single web address, such as http://127.0.0.1:9093")
