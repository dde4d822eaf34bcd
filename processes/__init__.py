"""The library of sales processes, and of policies by which accounts are managed: the built-in ones,
and the user's own beside them.

A file holds one version of one of them; its name and version are what it says inside, however the
file is called. Versions live side by side, and one of them never means two things. Policies are in
the folder `policies` beside the processes.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from processes.public_holidays import UnknownHolidays, frozen
from sales.account.policy import Policy
from sales.process import Process
from sales.reading import fault

T = TypeVar("T", Process, Policy)

BUILT_IN: Final = Path(__file__).parent


class BadProcess(ValueError):
    """A process or a policy cannot be used: which file, which key, which rule."""

    def __init__(self, file: Path, key: str, rule: str, detail: str = "") -> None:
        """`key` and `rule` are stable codes; `detail` is prose for people."""
        super().__init__(f"{file}: {key}: {rule}" + (f" ({detail})" if detail else ""))
        self.file, self.key, self.rule, self.detail = file, key, rule, detail


class Shelf(Generic[T]):
    """Definitions by name and version."""

    def __init__(self, definitions: Iterable[T] = ()) -> None:
        """The last of two with the same name and version wins; `library` lets none differ."""
        self._by_ref: dict[tuple[str, int], T] = {
            (each.name, each.version): each for each in definitions
        }

    def find(self, name: str, version: int | None = None) -> T | None:
        """That version, or the latest; nothing if there is none."""
        if version is not None:
            return self._by_ref.get((name, version))
        versions = [known for of, known in self._by_ref if of == name]
        return self._by_ref[name, max(versions)] if versions else None

    def all(self) -> tuple[T, ...]:
        """Every version of every one, by name and version."""
        return tuple(self._by_ref[ref] for ref in sorted(self._by_ref))


class Library(Shelf[Process]):
    """Processes by name and version, and beside them the policies."""

    def __init__(self, processes: Iterable[Process] = (), policies: Iterable[Policy] = ()) -> None:
        """Both as `Shelf` takes them."""
        super().__init__(processes)
        self.policies = Shelf(policies)


def library(folder: Path | None = None) -> Library:
    """The built-in ones and those in `folder`. Raises BadProcess on the first fault."""
    if folder is not None and not folder.is_dir():
        raise BadProcess(folder, "file", "no_such_folder")
    folders = [BUILT_IN, *([folder] if folder else [])]
    policies = [each / "policies" for each in folders]
    return Library(_all(folders, load_file), _all(policies, load_policy))


def _all(folders: Iterable[Path], load: Callable[[Path], T]) -> list[T]:
    found: dict[tuple[str, int], tuple[T, Path]] = {}
    for file in (file for folder in folders for file in sorted(folder.glob("*.toml"))):
        definition = load(file)
        key = definition.name, definition.version
        first, where = found.setdefault(key, (definition, file))
        if first != definition:
            ref = f"{definition.name!r} version {definition.version}"
            raise BadProcess(file, "version", "defined_twice", f"{ref} is another in {where}")
    return [definition for definition, _ in found.values()]


def load_file(path: Path) -> Process:
    """The process in the file. Raises BadProcess on whatever is wrong with it."""
    return _load(path, Process)


def load_policy(path: Path) -> Policy:
    """The policy in the file, with the holidays that are known of by now. Raises BadProcess on
    whatever is wrong with it."""
    policy = _load(path, Policy)
    try:
        return frozen(policy, datetime.now(UTC).year)
    except UnknownHolidays as unknown:
        raise BadProcess(path, unknown.key, unknown.rule, unknown.detail) from unknown


def _load(path: Path, form: type[T]) -> T:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadProcess(path, "file", "unreadable", error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise BadProcess(path, "file", "not_utf_8", str(error)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadProcess(path, "file", "not_toml", str(error)) from error
    try:
        return form.model_validate(data)
    except ValidationError as error:
        key, rule, detail = fault(error)
        raise BadProcess(path, _named(key, data), rule, detail) from error


def digest(process: Process | Policy) -> str:
    """Sixteen hex digits over all that its file says, comments and spelling of durations apart."""
    said = process.model_dump(mode="json", exclude_unset=True)
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _named(key: str, data: Mapping[str, Any]) -> str:
    """The key with a stage's name for its number, which nobody counts in a long file."""
    head, *rest = key.split(".")
    if head != "stages" or not rest or not rest[0].isdigit():
        return key
    stage = data["stages"][int(rest[0])]
    name = stage.get("name") if isinstance(stage, dict) else None
    return ".".join([head, name, *rest[1:]]) if isinstance(name, str) else key
