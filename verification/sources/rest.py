"""The position list as a source: one answer turned into what it says of one leg."""

from verification.account import PositionsReading
from verification.leg import LegKey
from verification.observation import Observation, PositionSeen, Provenance, Silence, Source, SourceSilent


def leg_in_list(reading: PositionsReading, key: LegKey) -> Observation:
    """Return what a complete position list says of a leg: its row, or that it does not occur in the list."""
    for position in reading.positions:
        if position.key == key:
            return PositionSeen(
                key,
                position.quantity,
                position.version,
                Provenance(
                    Source.REST,
                    received=reading.received,
                    sent=reading.sent,
                    exchange_at=position.updated_at,
                ),
            )
    return SourceSilent(
        key,
        Silence.ABSENT,
        f"a complete list of {len(reading.positions)} positions does not show it",
        complete=True,
        provenance=Provenance(Source.REST, received=reading.received, sent=reading.sent),
    )
