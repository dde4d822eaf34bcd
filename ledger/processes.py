"""The definitions of processes, stored once per name and version and never changed."""

from typing import Any

from sqlalchemy import Connection, insert, select

from ledger import schema
from ledger.errors import ProcessConflict, UnknownProcess
from sales.process import Process

Definitions = dict[tuple[str, int], Process]


class Processes:
    """What one transaction knows of processes.

    Each is read at most once, or never where `read` has it from an earlier transaction: what was
    read is committed and never changes. What is learned stays here, for it may be rolled back.
    """

    def __init__(self, connection: Connection, read: Definitions | None = None) -> None:
        self._connection = connection
        self._read: Definitions = {} if read is None else read
        self._learned: Definitions = {}

    def find(self, name: str, version: int) -> Process | None:
        """The stored definition, if there is one."""
        key = name, version
        if found := self._learned.get(key) or self._read.get(key):
            return found
        table = schema.process
        where = (table.c.name == name) & (table.c.version == version)
        definition: Any = self._connection.scalar(select(table.c.definition).where(where))
        if definition is None:
            return None
        return self._read.setdefault(key, Process.model_validate(definition))

    def every(self) -> Definitions:
        """All that are stored."""
        stored: Any = self._connection.scalars(select(schema.process.c.definition))
        found = map(Process.model_validate, stored)
        return {(process.name, process.version): process for process in found}

    def get(self, name: str, version: int) -> Process:
        """The stored definition. Raises UnknownProcess where there is none."""
        found = self.find(name, version)
        if found is None:
            raise UnknownProcess(f"no definition of {name!r} version {version} is stored")
        return found

    def learn(self, process: Process) -> None:
        """Store it, or find it stored. Raises ProcessConflict where it differs.

        Definitions are compared as they load today: a default that a later engine adds to every
        definition is no difference.
        """
        stored = self.find(process.name, process.version)
        if stored is None:
            row = {**process.ref, "definition": process.model_dump(mode="json")}
            self._connection.execute(insert(schema.process), row)
            self._learned[process.name, process.version] = process
        elif stored is not process and stored != process:
            ref = f"{process.name!r} version {process.version}"
            raise ProcessConflict(f"{ref} is stored with another definition")
        elif (process.name, process.version) in self._read:
            # Who says it again says it with the same object, which is compared in no time.
            self._read[process.name, process.version] = process
