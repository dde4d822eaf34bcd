"""The library of sales processes: the built-in ones, and the user's own beside them.

A file holds one version of one process; its name and version are what it says inside, however the
file is called. Versions live side by side, and one of them never means two things.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from sales.process import Process
from sales.reading import fault

BUILT_IN: Final = Path(__file__).parent


class BadProcess(ValueError):
    """A process cannot be used: which file, which key, which rule."""

    def __init__(self, file: Path, key: str, rule: str, detail: str = "") -> None:
        """`key` and `rule` are stable codes; `detail` is prose for people."""
        super().__init__(f"{file}: {key}: {rule}" + (f" ({detail})" if detail else ""))
        self.file, self.key, self.rule, self.detail = file, key, rule, detail


class Library:
    """Processes by name and version."""

    def __init__(self, processes: Iterable[Process] = ()) -> None:
        """The last of two with the same name and version wins; `library` lets none differ."""
        self._by_ref = {(each.name, each.version): each for each in processes}

    def find(self, name: str, version: int | None = None) -> Process | None:
        """That version, or the latest; nothing if there is none."""
        if version is not None:
            return self._by_ref.get((name, version))
        versions = [known for of, known in self._by_ref if of == name]
        return self._by_ref[name, max(versions)] if versions else None

    def all(self) -> tuple[Process, ...]:
        """Every version of every process, by name and version."""
        return tuple(self._by_ref[ref] for ref in sorted(self._by_ref))


def library(folder: Path | None = None) -> Library:
    """The built-in processes and those in `folder`. Raises BadProcess on the first fault."""
    if folder is not None and not folder.is_dir():
        raise BadProcess(folder, "file", "no_such_folder")
    found: dict[tuple[str, int], tuple[Process, Path]] = {}
    for file in [*_files(BUILT_IN), *(_files(folder) if folder else [])]:
        process = load_file(file)
        first, where = found.setdefault((process.name, process.version), (process, file))
        if first != process:
            ref = f"{process.name!r} version {process.version}"
            raise BadProcess(file, "version", "defined_twice", f"{ref} is another in {where}")
    return Library(process for process, _ in found.values())


def load_file(path: Path) -> Process:
    """The process in the file. Raises BadProcess on whatever is wrong with it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadProcess(path, "file", "unreadable", error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise BadProcess(path, "file", "not_utf_8", str(error)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadProcess(path, "file", "not_toml", str(error)) from error
    try:
        return Process.model_validate(data)
    except ValidationError as error:
        key, rule, detail = fault(error)
        raise BadProcess(path, _named(key, data), rule, detail) from error


def digest(process: Process) -> str:
    """Sixteen hex digits over all that its file says, comments and spelling of durations apart."""
    said = process.model_dump(mode="json", exclude_unset=True)
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def _named(key: str, data: Mapping[str, Any]) -> str:
    """The key with a stage's name for its number, which nobody counts in a long file."""
    head, *rest = key.split(".")
    if head != "stages" or not rest or not rest[0].isdigit():
        return key
    stage = data["stages"][int(rest[0])]
    name = stage.get("name") if isinstance(stage, dict) else None
    return ".".join([head, name, *rest[1:]]) if isinstance(name, str) else key
