"""What the stored histories hold: messages, facts, receipts, ends and beginnings."""

import base64
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from sales.facts import Fact

FILES: Final = sorted((Path(__file__).parent / "histories").glob("*.json"))
_FACT: Final = TypeAdapter(Fact)
_SIGNS: Final = frozenset(Fact.__dataclass_fields__)


class Stored:
    """One stored history."""

    def __init__(self, file: Path) -> None:
        self.name = file.stem
        self.events: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["events"]
        began = self.events[0]["workflowExecutionStartedEventAttributes"]
        name = began["workflowType"]["name"]
        self.subject = "pool" if name == "CapacityPool" else name.lower()
        self.start = payload(began.get("input"))

    def facts(self) -> Iterator[Fact]:
        """Every fact that it holds anywhere."""
        for event in self.events:
            yield from (_FACT.validate_python(each) for each in _facts_in(_opened(event)))

    def messages(self) -> Iterator[tuple[str, Any]]:
        """What was said, by signal and by update, with its kind."""
        for event in self.events:
            if signal := event.get("workflowExecutionSignaledEventAttributes"):
                yield signal["signalName"], payload(signal.get("input"))
            # After a reset the server hears an update again, and says so before it is accepted.
            again = event.get("workflowExecutionUpdateAdmittedEventAttributes", {}).get("request")
            first = event.get("workflowExecutionUpdateAcceptedEventAttributes", {})
            if update := again or first.get("acceptedRequest"):
                said = payload(update["input"].get("args"))
                if isinstance(said, dict):
                    yield str(said.get("kind")), said

    def receipts(self) -> Iterator[dict[str, Any]]:
        """What senders were told."""
        for event in self.events:
            update = event.get("workflowExecutionUpdateCompletedEventAttributes", {})
            if "success" in update.get("outcome", {}):
                yield payload(update["outcome"]["success"])

    def result(self) -> Any:
        """What the run came to, if it did."""
        done = self.events[-1].get("workflowExecutionCompletedEventAttributes")
        return payload(done["result"]) if done else None


@cache
def stored() -> list[Stored]:
    """All of them."""
    return [Stored(file) for file in FILES]


def payload(payloads: Any) -> Any:
    """The first payload as plain JSON; nothing where it is none."""
    for each in (payloads or {}).get("payloads", [])[:1]:
        try:
            return json.loads(base64.b64decode(each["data"]))
        except (KeyError, ValueError):
            return None
    return None


def _opened(node: Any) -> Any:
    """The event with its payloads decoded."""
    if isinstance(node, list):
        return [_opened(each) for each in node]
    if not isinstance(node, dict):
        return node
    return payload(node) if "payloads" in node else {k: _opened(v) for k, v in node.items()}


def _facts_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and node.keys() >= _SIGNS:
        yield node
    elif isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from _facts_in(each)
