"""Secrets: the settings name the variable or the file that holds one, and they are read only when needed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from reconciler.settings.problem import Problem
from reconciler.settings.section import Section

# What looks like the name of a variable may be repeated in a message; anything else may be the secret itself.
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,39}")
SECRET_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one account. Never logged, stored or shown."""

    api_key: str = field(repr=False)
    secret: str = field(repr=False)
    password: str | None = field(repr=False)


class CredentialSettings(Section):
    """The part of `[accounts.NAME]` that says where its secrets are."""

    api_key_env: str | None = Field(
        default=None, description="Variable that holds the API key.", examples=["BINANCE_KEY"]
    )
    api_key_file: Path | None = Field(
        default=None, description="File that holds the API key, instead.", examples=["secrets/key"]
    )
    secret_env: str | None = Field(
        default=None, description="Variable that holds the API secret.", examples=["BINANCE_SECRET"]
    )
    secret_file: Path | None = Field(
        default=None, description="File that holds the API secret, instead.", examples=["secrets/secret"]
    )
    password_env: str | None = Field(
        default=None,
        description="Variable that holds the passphrase, which some venues want.",
        examples=["OKX_PASSPHRASE"],
    )
    password_file: Path | None = Field(
        default=None, description="File that holds the passphrase, instead.", examples=["secrets/passphrase"]
    )

    def read_secrets(
        self, account: str, folder: Path, environ: Mapping[str, str]
    ) -> tuple[Secrets | None, tuple[Problem, ...]]:
        """Read the secrets now; None with the problems if one that is needed is not there.

        Args:
            account: The account's name, for the messages.
            folder: What a relative file is relative to.
            environ: The environment.
        """
        problems: list[Problem] = []

        def read(stem: str, *, needed: bool) -> str | None:
            variable: str | None = getattr(self, f"{stem}_env")
            file: Path | None = getattr(self, f"{stem}_file")
            name = f"accounts.{account}.{stem}"
            found = read_held(name, variable, file, folder, environ)
            if found is None and needed:
                example = type(self).model_fields[f"{stem}_env"].examples or [""]
                found = Problem(
                    f"{name}_env", f'is missing: add {stem}_env = "{example[0]}" and set that variable'
                )
            if isinstance(found, Problem):
                problems.append(found)
                return None
            return found

        api_key = read("api_key", needed=True)
        secret = read("secret", needed=True)
        password = read("password", needed=False)
        if problems or api_key is None or secret is None:
            return None, tuple(problems)
        return Secrets(api_key, secret, password), ()


def read_held(
    name: str, variable: str | None, file: Path | None, folder: Path, environ: Mapping[str, str]
) -> str | Problem | None:
    """Return what the variable or the file holds that is named; None where neither is.

    Args:
        name: The two settings that name it, without `_env` and `_file`.
        variable: As the settings have it.
        file: As the settings have it.
        folder: What a relative file is relative to.
        environ: The environment.
    """
    if variable is not None and file is not None:
        twin = name.rpartition(".")[2]
        return Problem(f"{name}_env", f"is given twice, with {twin}_file: keep one of the two")
    if variable is not None:
        return from_variable(held_by(name, variable), variable, environ)
    if file is not None:
        return from_file(held_by(name, variable), folder / file.expanduser())
    return None


def held_by(name: str, variable: str | None) -> str:
    """Return which of the two settings names it."""
    return f"{name}_file" if variable is None else f"{name}_env"


def from_variable(name: str, variable: str, environ: Mapping[str, str]) -> str | Problem:
    """Return the secret that a variable holds, or what is wrong, told of the setting `name`."""
    value = environ.get(variable, "").strip()
    if value:
        return value
    if not _VARIABLE.fullmatch(variable):
        return Problem(
            name,
            "names a variable that is not in the environment; "
            "if that is the secret itself, take it out of the file and name the variable that holds it",
        )
    state = "is empty" if variable in environ else "is not in the environment"
    return Problem(name, f"the variable {variable} {state}: export {variable}=... before starting Trueup")


def from_file(name: str, file: Path) -> str | Problem:
    """Return the secret that a file holds, or what is wrong, told of the setting `name`."""
    try:
        with file.open("rb") as stream:
            value = stream.read(SECRET_BYTES_MAX + 1)
    except OSError as error:
        return Problem(name, f"{file} cannot be read ({error.strerror}): create it, or correct the path")
    if len(value) > SECRET_BYTES_MAX:
        return Problem(name, f"{file} is too large to be a secret: correct the path")
    try:
        text = value.decode().strip()
    except UnicodeDecodeError:
        return Problem(name, f"{file} is not text: correct the path")
    return text or Problem(name, f"{file} is empty: put the secret into it")
