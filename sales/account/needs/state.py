"""What an account remembers about what the customer may need next: what is not settled yet."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sales.values import Money

MOST_NEEDS: Final = 30
"""How many needs may wait at once; more are refused."""
MOST_AWAITED: Final = 100
"""How many causes may be waited on at once; what comes while so many are is not waited on."""
MOST_REFERRED: Final = 50
"""Of how many opportunities those who referred them are told; of more they are not."""


class Need(NamedTuple):
    """A need that waits. `number` is that of the fact that found it, `go` whether it is to be
    launched, `launching` whether that is under way; `tried` counts how often it was, and `refused`
    is the rule that its opening broke."""

    number: int
    need: str
    process: str
    rule: str
    since: datetime
    product: str | None = None
    amount: Money | None = None
    lead_source: str | None = None
    reference: str | None = None
    referred_by: str | None = None
    referral_id: str | None = None
    go: bool = False
    launching: bool = False
    tried: int = 0
    refused: str | None = None


class Awaited(NamedTuple):
    """A rule fires then, for this cause."""

    rule: str
    cause: str
    at: datetime


class Fired(NamedTuple):
    """When a rule fired last; `over` while what made it fire still holds."""

    at: datetime
    over: bool = False


class Referred(NamedTuple):
    """Whose referral an open opportunity is, and whether they know that it was launched."""

    account_id: str
    referral_id: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """`waiting` by need, `fired` by rule, `referred` by opportunity."""

    waiting: dict[str, Need] = field(default_factory=dict)
    awaited: tuple[Awaited, ...] = ()
    fired: dict[str, Fired] = field(default_factory=dict)
    referred: dict[str, Referred] = field(default_factory=dict)
