"""What every section of the settings has in common: unknown keys are refused, values never change or leak."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
"""A name that a person gives an account or a ledger; it is shown on screens and used as a label."""


class Section(BaseModel):
    """One table of the settings file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _from_seconds(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("is no number of seconds")  # noqa: TRY004 - pydantic reports only this one
    try:
        return timedelta(seconds=float(value))
    except (ValueError, OverflowError) as error:
        raise ValueError("is no number of seconds") from error


Seconds = Annotated[timedelta, BeforeValidator(_from_seconds)]
"""A duration, written in seconds in the file and in the environment."""


def seconds(default: float, *, least: float, most: float, what: str) -> Any:
    """Return a field that holds a duration; all three numbers are seconds, both bounds included."""
    return Field(
        default=timedelta(seconds=default),
        ge=timedelta(seconds=least),
        le=timedelta(seconds=most),
        description=what,
        examples=[default],
        json_schema_extra={"unit": "seconds", "least": least, "most": most},
    )
