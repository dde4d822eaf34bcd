"""Which lines of some files run in the threads that ask for it."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

A_FUNCTION: Final = 0x2
"""The flag of code that has names of its own (CO_NEWLOCALS); a module has not."""


class Trace:
    """Notes every line of the files that a thread runs through once it has begun."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = {str(file): file for file in files}
        self.seen: defaultdict[Path, set[int]] = defaultdict(set)

    def begin(self) -> None:
        """From now on, in this thread."""
        sys.settrace(self._enter)

    def _enter(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        file = self._files.get(frame.f_code.co_filename)
        if file is None:
            return None
        seen = self.seen[file]
        seen.add(frame.f_lineno)

        def line(frame: FrameType, _event: str, _arg: Any) -> Any:
            seen.add(frame.f_lineno)
            return line

        return line


def lines(file: Path, without: set[str]) -> Iterator[tuple[int, str]]:
    """Every line in a function of the file that can run, with its text."""
    text = file.read_text(encoding="utf-8")
    numbers = _lines(compile(text, str(file), "exec"), without)
    source = text.splitlines()
    return ((number, source[number - 1].strip()) for number in sorted(numbers))


def _lines(code: CodeType, without: set[str]) -> set[int]:
    found: set[int] = set()
    if code.co_name in without:
        return found
    if code.co_flags & A_FUNCTION:
        found = {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= _lines(inner, without)
    return found
