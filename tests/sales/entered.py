"""Facts as the ledger makes them of entries."""

from datetime import UTC, datetime
from typing import Any, Final

from sales.facts import Fact

NOW: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)


def entered(sequence: int, data: dict[str, Any], kind: str = "entered", at: datetime = NOW) -> Fact:
    """One of them."""
    return Fact(sequence, kind, at, at, "command", data=data)
