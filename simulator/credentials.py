"""Who may ask."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the venue accepts. A None key accepts any; a None secret accepts any signature."""

    api_key: str | None = None
    secret: str | None = None
