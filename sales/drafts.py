"""What a rule gives back: drafts of facts, or the one rule that was broken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class Draft(NamedTuple):
    """A fact before it is numbered and signed; `at` where it differs from the message's time."""

    kind: str
    data: Mapping[str, Any]
    at: datetime | None = None


class Broken(Exception):
    """A message breaks a rule; caught where facts are decided and never let out."""

    def __init__(self, field: str, rule: str, detail: str = "") -> None:
        """`field` and `rule` are stable codes; `detail` is prose for people."""
        super().__init__(f"{field}: {rule}")
        self.field, self.rule, self.detail = field, rule, detail
