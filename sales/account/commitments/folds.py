"""What the facts about what was promised to the customer change in an account."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sales.account.commitments.clocks import learned
from sales.account.commitments.state import ClockName, Commitment
from sales.account.part import Fold
from sales.account.state import Account
from sales.erasing import ERASED, Erasure
from sales.facts import Fact

Change = Callable[[Commitment, Fact], Commitment]


def _made(state: Account, fact: Fact) -> dict[str, Any]:
    data = fact.data
    made = Commitment(
        data["title"],
        fact.occurred_at,
        learned(data["clocks"]),
        fact.occurred_at,
        data["severe"],
        data["working"],
        data.get("level"),
        data.get("owner"),
        data.get("opportunity_id"),
    )
    return {"commitments": {**state.commitments, data["commitment_id"]: made}}


def _warned(held: Commitment, fact: Fact) -> Commitment:
    return _with(held, fact, warn_at=None)


def _breached(held: Commitment, fact: Fact) -> Commitment:
    return _with(held, fact, warn_at=None, breached=True)


def _with(held: Commitment, fact: Fact, **changes: Any) -> Commitment:
    name: ClockName = fact.data["clock"]
    return held._replace(clocks={**held.clocks, name: held.clocks[name]._replace(**changes)})


def _responded(held: Commitment, _fact: Fact) -> Commitment:
    return held._replace(clocks={"resolve": held.clocks["resolve"]})


def _paused(held: Commitment, fact: Fact) -> Commitment:
    return held._replace(
        paused_at=fact.occurred_at, paused_until=datetime.fromisoformat(fact.data["until"])
    )


def _resumed(held: Commitment, fact: Fact) -> Commitment:
    at = fact.occurred_at
    return held._replace(
        clocks={**held.clocks, **learned(fact.data["clocks"])},
        paused=held.paused + (at - (held.paused_at or at)),
        since=at,
        paused_at=None,
        paused_until=None,
    )


def _changed(change: Change) -> Fold:
    """The fold that changes the one that the fact is about."""

    def fold(state: Account, fact: Fact) -> dict[str, Any]:
        id = fact.data["commitment_id"]
        return {"commitments": {**state.commitments, id: change(state.commitments[id], fact)}}

    return fold


def _settled(state: Account, fact: Fact) -> dict[str, Any]:
    id = fact.data["commitment_id"]
    return {"commitments": {key: held for key, held in state.commitments.items() if key != id}}


def _erased(state: Account, fact: Fact) -> dict[str, Any]:
    asked = Erasure(fact.data)
    kept = {
        id: held._replace(title=ERASED) if f"commitments.{id}" in asked.details else held
        for id, held in state.commitments.items()
    }
    return {"commitments": kept}


FOLDS: Final[dict[str, Fold]] = {
    "commitment_made": _made,
    "commitment_warned": _changed(_warned),
    "commitment_breached": _changed(_breached),
    "commitment_responded": _changed(_responded),
    "commitment_paused": _changed(_paused),
    "commitment_resumed": _changed(_resumed),
    "commitment_met": _settled,
    "commitment_waived": _settled,
    "erased": _erased,
}
