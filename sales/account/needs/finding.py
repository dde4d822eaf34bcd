"""A need is found, or is none: what both a report and a rule come to."""

from collections.abc import Mapping
from typing import Any

from sales.account.duplicates.rules import marks_of, repeated
from sales.account.needs.state import MOST_NEEDS
from sales.account.needs.terms import Launching
from sales.account.state import Account
from sales.drafts import Draft
from sales.values import Money


def launching(state: Account, need: str) -> Launching | None:
    """How the policy launches a need of that kind, if it takes it at all."""
    kinds: Mapping[Any, Launching] = state.policy.needs.kinds if state.policy else {}
    return kinds.get(need)


def why_not(state: Account, need: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """Why there is nothing to launch, and what it repeats; nothing where there is."""
    if state.retiring_at:
        return "retired", None
    terms = launching(state, need["need"])
    if terms is None or state.policy is None:
        return "not_in_policy", None
    marks = marks_of(terms.process, need.get("product"), need.get("reference"))
    if there := repeated(state, marks, state.policy.duplicates.of_needs):
        return "duplicate", there
    return ("too_many_needs", None) if len(state.needs.waiting) >= MOST_NEEDS else None


def found(state: Account, rule: str, need: Mapping[str, Any], before: int = 0) -> Draft:
    """The fact that finds it, which will be the next but `before`."""
    terms = launching(state, need["need"])
    assert terms
    data = {"need_id": f"need-{state.sequence + 1 + before}", **need}
    data |= {"rule": rule, "process": terms.process}
    own = state.policy.needs.rules.get(rule) if state.policy else None
    go = terms.at_once if own is None or own.at_once is None else own.at_once
    return Draft("need_found", data | ({"go": True} if go else {}))


def find(
    state: Account,
    rule: str,
    cause: str,
    need: Mapping[str, Any],
    whose: Mapping[str, str],
    before: int = 0,
) -> Draft:
    """What no sender waits for an answer to: it is found, or passed over."""
    if (no := why_not(state, need)) is None:
        return found(state, rule, {**need, "cause": cause}, before)
    why, repeats = no
    data = {"rule": rule, "cause": cause, "why": why, **whose}
    return Draft("need_passed_over", data | ({"repeats": repeats} if repeats else {}))


def summed(amount: Money | None) -> dict[str, str] | None:
    """A sum as facts carry it."""
    return amount.model_dump(mode="json") if amount else None
