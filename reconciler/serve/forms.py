"""How values are written for programs: quantities as strings, times as RFC 3339, the unknown as null."""

from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, Field

from reconciler.facts.finding import Evidence
from reconciler.serve.endpoint import Words

Quantity = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["-0.043"])]
"""A signed decimal number, exact: never a float."""

Time = AwareDatetime
"""RFC 3339, in UTC."""


def quantity(value: Decimal | None) -> str | None:
    """Return a quantity as it is written; None where there is none."""
    if value is None:
        return None
    return format(value.normalize() if value else Decimal(0), "f")


class EvidenceForm(Words):
    """One fact that an alert rests on."""

    party: str = Field(description="Whose word it is: bot, exchange or trueup.")
    source: str
    text: str
    at: Time | None
    data: dict[str, str]


def evidence(found: Evidence) -> EvidenceForm:
    """Return a fact as it is written."""
    return EvidenceForm(
        party=found.party.value, source=found.source, text=found.text, at=found.at, data=dict(found.data)
    )
