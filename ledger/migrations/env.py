"""How Alembic runs here: always inside the transaction of the connection it is given."""

from alembic import context

from ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can roll a schema back as well; Alembic only does not count on it.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
