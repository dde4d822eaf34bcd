"""What only an import may say: it tells of ends that nobody here has seen coming."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal

from sales import rules
from sales.drafts import Broken, Draft
from sales.messages import Message
from sales.opportunity import Opportunity
from sales.values import Code

Rule = Callable[[Opportunity, Any, datetime], list[Draft]]


class Expire(Message):
    """A clock of elsewhere has ended it. Nobody says this of what runs here: its own clocks do."""

    kind: Literal["expire"] = "expire"
    clock: Code


def expire(state: Opportunity, message: Expire, at: datetime) -> list[Draft]:
    """An expiry, for the clock of ours that means the same and that the process has."""
    known = [name for name, clock in state.process.clocks if clock is not None]
    if message.clock not in known:
        raise Broken("clock", "unknown_clock", f"{message.clock!r} is none of {', '.join(known)}")
    why = {"reasons": [message.clock], "reason_source": "system", "clock": message.clock}
    return [rules.ended(state, "expired", max(at, state.opened_at), why)]


_UNSTATED: Final = ("not_stated",)
ONLY_IMPORTED: Final[Mapping[str, Rule]] = {
    "record_decision": partial(rules.record_decision, also=_UNSTATED),
    "withdraw": partial(rules.withdraw, also=_UNSTATED),
    "expire": expire,
}
"""An import may also say that nobody stated a reason; who ends it here and now must know one."""
