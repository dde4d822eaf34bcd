"""What a round of reconciliation has found."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was looked at and what was put right; `..._started` are those of which no
    run was left, `pools_told` are pools and the opportunities that they had not heard of, `missing`
    is what nobody knows any more, and `unanswered` are runs whose tasks fail."""

    opportunities: int = 0
    accounts: int = 0
    pools: int = 0
    ended: dict[str, str] = field(default_factory=dict)
    ledger_behind: list[str] = field(default_factory=list)
    rechecked: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    unadopted: list[str] = field(default_factory=list)
    unreleased: list[str] = field(default_factory=list)
    accounts_started: list[str] = field(default_factory=list)
    pools_started: list[str] = field(default_factory=list)
    pools_told: list[str] = field(default_factory=list)
    opportunities_started: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
