"""Builds who stands at the door, of the settings."""

from pathlib import Path

from dashboard.entrance.diary import Diary
from dashboard.entrance.doorkeeper import Doorkeeper
from dashboard.entrance.entrance import Entrance
from dashboard.entrance.key import KeyFile
from dashboard.entrance.known import Known
from dashboard.entrance.oidc import Conversation
from reconciler.facts.sign_in import Door, Way
from verification.facts.clock import Clock


def entrance_of(door: Door, port: int, clock: Clock) -> tuple[Doorkeeper, Entrance]:
    """Return who knows whom, and who answers those that are not let in.

    Args:
        door: As the settings have it, with a file for its secret.
        port: The dashboard's own.
        clock: Where `now` comes from.
    """
    doorkeeper = Doorkeeper(door, KeyFile(Path(door.key_file)), Known(clock), clock, port)
    diary = Diary(clock)
    return doorkeeper, Entrance(doorkeeper, diary, _conversation(door, doorkeeper, diary))


def _conversation(door: Door, doorkeeper: Doorkeeper, diary: Diary) -> Conversation | None:
    if door.provider is None or Way.OIDC not in door.ways:
        return None
    # Loaded where there is a provider only.
    from dashboard.entrance.provider import Asked

    return Conversation(doorkeeper, Asked(door.provider), diary)
