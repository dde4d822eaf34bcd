"""A role that may read the whole ledger and change nothing of it. Only PostgreSQL has roles."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

GRANTS: Final = (
    "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
    "REVOKE ALL ON SCHEMA {schema} FROM {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} REVOKE ALL ON TABLES FROM {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
)

_TABLES: Final = text(
    "SELECT count(*), bool_and(has_table_privilege(:role, oid, 'SELECT')),"
    " bool_or(has_table_privilege(:role, oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))"
    " FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')"
    " AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
)
_MAKES: Final = text(
    "SELECT has_schema_privilege(:role, current_schema(), 'CREATE')"
    " OR has_database_privilege(:role, current_database(), 'CREATE')"
)
_KNOWN: Final = text("SELECT 1 FROM pg_roles WHERE rolname = :role")


class BadRole(Exception):
    """The role cannot be one that only reads; nothing was changed."""

    def __init__(self, field: str, rule: str, detail: str) -> None:
        super().__init__(f"{field}: {rule} ({detail})")
        self.field, self.rule, self.detail = field, rule, detail


@dataclass(frozen=True, slots=True)
class Reader:
    """What the role may read: every table in the schema, and those that `maker` will make."""

    role: str
    schema: str
    tables: int
    maker: str


def make_reader(connection: Connection, role: str) -> Reader:
    """Let an existing role read everything, now and later, and take back whatever else it was
    given. Raises BadRole where it could still do more, or not even that."""
    if connection.dialect.name != "postgresql":
        raise BadRole(
            *("ledger_url", "no_roles"),
            "SQLite has none, the file's permissions decide; who opens it by "
            "sqlite:///file:PATH?mode=ro&uri=true can only read",
        )
    quoted = connection.dialect.identifier_preparer.quote_identifier
    if connection.scalar(_KNOWN, {"role": role}) is None:
        raise BadRole("role", "unknown_role", f"CREATE ROLE {quoted(role)} LOGIN first")
    schema, maker = connection.execute(text("SELECT current_schema(), current_user")).one()
    for grant in GRANTS:
        connection.exec_driver_sql(grant.format(schema=quoted(schema), role=quoted(role)))
    tables, reads, writes = connection.execute(_TABLES, {"role": role}).one()
    if reads is False:
        raise BadRole("ledger_url", "not_the_owner", f"{maker} may not grant what others own")
    if writes:
        raise BadRole("role", "may_write", "it owns the ledger, or another role lets it")
    if connection.scalar(_MAKES, {"role": role}):
        raise BadRole("role", "may_create", "everybody may, or another role lets it")
    return Reader(role, schema, tables, maker)
