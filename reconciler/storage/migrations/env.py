"""Runs the migrations on the connection it is handed, inside that connection's transaction."""

from alembic import context

from reconciler.storage.rows import StateRow
from reconciler.storage.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=StateRow.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite can, as long as Python's driver does not commit behind our back
)
with context.begin_transaction():
    context.run_migrations()
