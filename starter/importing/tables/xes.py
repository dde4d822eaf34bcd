"""XES (IEEE 1849), the XML of event logs: a record for each event, with what its trace says.

An event's attributes have the names they have there, its trace's begin with `case:`, as tools that
write such logs as tables put it. XML of strangers may say nothing about itself: a document type,
where entities would be defined, is refused.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from starter.importing.tables.table import MOST_EVENTS, BadExport, Record
from starter.importing.tables.unpacking import unpacked

CHUNK: Final = 2**18
LARGEST_TOKEN: Final = 2**20
"""How many bytes a tag or a text may take."""
DEEPEST: Final = 50
OF_TRACE: Final = "case:"


class XesTable:
    """The events of one log. Of all their attributes only the `wanted` are columns."""

    def __init__(self, path: Path, wanted: Collection[str]) -> None:
        """Looks through the bytes once: which of the wanted occur, and how many traces there are.
        Raises BadExport where none does."""
        self._path = path
        keys = {name: _in_bytes(name.removeprefix(OF_TRACE)) for name in wanted}
        found: set[str] = set()
        self.traces, before = 0, b""
        with unpacked(path) as file:
            while chunk := file.read(CHUNK):
                text = before + chunk
                self.traces += text.count(b"<trace") - before.count(b"<trace")
                found |= {name for name in keys.keys() - found if keys[name] in text}
                before = chunk[-300:]
        self.header = tuple(sorted(found))
        if not found:
            raise BadExport(f"{path}: header: required (none of the mapping's columns occurs)")

    def records(self) -> Iterator[Record]:
        """Every event, numbered from 1; a trace without any is one record too."""
        log = _Log(self._path, self.header)
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = log.start, log.end
        parser.StartDoctypeDeclHandler = log.refuse
        parser.buffer_text = True
        fed = 0
        with unpacked(self._path) as file:
            while True:
                chunk = file.read(CHUNK)
                try:
                    parser.Parse(chunk, not chunk)
                except expat.ExpatError as error:
                    raise BadExport(f"{self._path}: file: not_xml ({error})") from error
                yield from log.events
                log.events.clear()
                if not chunk:
                    return
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > LARGEST_TOKEN + CHUNK:
                    raise BadExport(f"{self._path}: file: too_large (a tag without end)")


def _in_bytes(key: str) -> bytes:
    """The key as it stands in the file, which for the usual ones is as it is."""
    escaped = key.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return escaped.encode()


class _Log:
    """What the parser has met: whole traces become records."""

    def __init__(self, path: Path, header: tuple[str, ...]) -> None:
        self._path, self.events = path, list[Record]()
        self._width, self._number, self._depth = len(header), 0, 0
        self._event_keys = {name: at for at, name in enumerate(header)}
        traced = ((at, name) for at, name in enumerate(header) if name.startswith(OF_TRACE))
        self._trace_keys = {name.removeprefix(OF_TRACE): at for at, name in traced}
        self._trace: list[str] | None = None
        self._event: list[str] | None = None
        self._waiting: list[list[str]] = []

    def refuse(self, *_doctype: Any) -> None:
        raise BadExport(f"{self._path}: doctype: forbidden (no log needs one)")

    def start(self, tag: str, said: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if depth == 4:
            if self._event is not None:
                _note(self._event, self._event_keys, said)
        elif depth == 3:
            if tag == "event" and self._trace is not None:
                self._event = [""] * self._width
            elif self._trace is not None:
                _note(self._trace, self._trace_keys, said)
        elif depth == 2:
            if tag == "trace":
                self._trace, self._waiting = [""] * self._width, []
        elif depth == 1 and tag != "log":
            raise BadExport(f"{self._path}: file: not_xes (it begins with {tag!r})")
        elif depth > DEEPEST:
            raise BadExport(f"{self._path}: file: too_deep (more than {DEEPEST} tags)")

    def end(self, _tag: str) -> None:
        self._depth = depth = self._depth - 1
        if depth == 2 and self._event is not None:
            if len(self._waiting) <= MOST_EVENTS:
                self._waiting.append(self._event)
            self._event = None
        elif depth == 1 and self._trace is not None:
            self._close(self._trace)
            self._trace = None

    def _close(self, trace: list[str]) -> None:
        """A trace's own attributes may stand behind its events."""
        told = [(at, trace[at]) for at in self._trace_keys.values() if trace[at]]
        for event in self._waiting or [[""] * self._width]:
            self._number += 1
            for at, value in told:
                event[at] = value
            self.events.append(Record(self._number, tuple(event)))


def _note(cells: list[str], keys: dict[str, int], said: dict[str, str]) -> None:
    at = keys.get(said.get("key", ""))
    if at is not None:
        cells[at] = said.get("value", "")
