"""States that were written or read of late, each by the text that says it.

A subject that many speak of is written again and again, and each write begins with the state that
the one before has left. A text says the same whenever it is read, so nothing here can be out of
date: what somebody else has written is another text.
"""

from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from pydantic import TypeAdapter

from ledger.columns import Written

S = TypeVar("S")

MOST: Final = 100
"""How many states are remembered: about as many as one transaction writes."""


class Remembered(Generic[S]):
    """States as JSON and back, what was read or written last without reading it again."""

    def __init__(self, adapter: Callable[[], TypeAdapter[S]], most: int = MOST) -> None:
        """Of the kind that the adapter writes and reads, `most` of them."""
        self._adapter, self._most = adapter, most
        self._states: dict[str, S] = {}
        self._lock = Lock()  # the threads of a worker write side by side

    def write(self, state: S) -> Written:
        """The state as JSON."""
        text = self._adapter().dump_json(state).decode()
        self._keep(text, state)
        return Written(text)

    def read(self, text: str) -> S:
        """The state that `write` has written. Raises ValidationError on anything else."""
        with self._lock:
            state = self._states.get(text)
        if state is None:
            state = self._adapter().validate_json(text)
        self._keep(text, state)
        return state

    def _keep(self, text: str, state: S) -> None:
        """As the latest; the one that was kept longest goes."""
        with self._lock:
            self._states.pop(text, None)
            self._states[text] = state
            if len(self._states) > self._most:
                del self._states[next(iter(self._states))]
