"""What every table of the state database is made of."""

from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import SQLModel


class StateRow(SQLModel):
    """What all tables share: their own metadata, so that no other table of the process gets in."""

    metadata: ClassVar[sa.MetaData] = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table(row: type[StateRow]) -> sa.Table:
    """Return the table of a row class, for statements that never build an object."""
    return StateRow.metadata.tables[str(row.__tablename__)]
