"""Which opportunity repeats which, and where what comes for a duplicate goes."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sales.account.duplicates.messages import MarkDuplicate
from sales.account.duplicates.state import MOST_MARKED, MOST_REDIRECTED, Marks
from sales.account.duplicates.telling import DUPLICATE, TELLS
from sales.account.duplicates.terms import By
from sales.account.part import Part
from sales.account.state import Account, Opening
from sales.drafts import Broken, Draft
from sales.facts import Fact
from sales.opening import OpenOpportunity
from sales.words import said

OWN: Final = frozenset({"withdraw", "migrate", "correct", "erase", "change_account"})
"""Messages about the duplicate itself: they are kept, and say nothing about the survivor."""

Changes = dict[str, Any]


def marks_of(process: str, product: str | None, reference: str | None) -> Marks:
    """By what an opportunity is known again; how the product is written does not matter."""
    like = " ".join(product.split()).casefold() if product else None
    return Marks(
        _digest(f"{process}\n{like}") if like else None, _digest(reference) if reference else None
    )


def alike(one: Marks, other: Marks, by: tuple[By, ...]) -> bool:
    """Whether both are the same, by any of these."""
    pairs = ((getattr(one, name), getattr(other, name)) for name in by)
    return any(mine is not None and mine == theirs for mine, theirs in pairs)


def repeated(state: Account, marks: Marks, by: tuple[By, ...]) -> str | None:
    """The open opportunity or the waiting need that this would repeat."""
    for opportunity_id, known in state.duplicates.marks.items():
        if opportunity_id in state.open and alike(marks, known, by):
            return opportunity_id
    for need_id, need in state.needs.waiting.items():
        if alike(marks, marks_of(need.process, need.product, need.reference), by):
            return need_id
    return None


def check_opening(state: Account, opening: Opening) -> None:
    """Raises Broken where the policy takes it for an opportunity that is open already. What the
    account itself wants was looked at before."""
    if not isinstance(opening, OpenOpportunity) or opening.event_id in state.wanted:
        return
    by = state.policy.duplicates.of_openings if state.policy else ()
    marks = marks_of(opening.process, opening.product, opening.reference)
    if by and (there := repeated(state, marks, by)):
        raise Broken("opportunity_id", DUPLICATE, there)


def survivor_of(state: Account, opportunity_id: str, kind: str, body: Any) -> str | None:
    """The opportunity that hears this instead of the one that has ended."""
    if opportunity_id in state.open or kind in OWN or not whole(body):
        return None
    redirects = state.duplicates.redirects
    survivor = redirects.get(opportunity_id)
    while survivor in redirects and survivor not in state.open:
        survivor = redirects[survivor]
    return survivor


def whole(body: Any) -> bool:
    """Whether what is kept of a message can be said again: too long a one was cut."""
    return isinstance(body, dict) and body.keys() != {"text"}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:10]


def _mark(state: Account, message: MarkDuplicate, _now: datetime) -> list[Draft]:
    for name in ("opportunity_id", "survivor_id"):
        if getattr(message, name) not in state.open:
            raise Broken(name, "not_open")
    if message.opportunity_id == message.survivor_id:
        raise Broken("survivor_id", "the_same")
    redirects = state.duplicates.redirects
    if message.opportunity_id in redirects:
        raise Broken("opportunity_id", "marked_already", redirects[message.opportunity_id])
    if message.survivor_id in redirects:
        raise Broken("survivor_id", "marked_already", redirects[message.survivor_id])
    return [Draft("duplicate_marked", said(message))]


def _marked(state: Account, fact: Fact) -> Changes:
    """The oldest redirections go first."""
    held = state.duplicates
    redirects = {**held.redirects, fact.data["opportunity_id"]: fact.data["survivor_id"]}
    kept = dict(list(redirects.items())[-MOST_REDIRECTED:])
    return {"duplicates": replace(held, redirects=kept)}


def _launched(state: Account, fact: Fact) -> Changes:
    data = fact.data
    marks = marks_of(data["process"]["name"], data.get("product"), data.get("reference"))
    if not any(marks):
        return {}
    known = {**state.duplicates.marks, data["opportunity_id"]: marks}
    kept = dict(list(known.items())[-MOST_MARKED:])
    return {"duplicates": replace(state.duplicates, marks=kept)}


def _gone(state: Account, fact: Fact) -> Changes:
    """Its marks go; and one that ended otherwise than as a duplicate was none."""
    held, id, data = state.duplicates, fact.data["opportunity_id"], fact.data
    other = data.get("reason", DUPLICATE) != DUPLICATE
    if id not in held.marks and not (other and id in held.redirects):
        return {}
    marks = {key: each for key, each in held.marks.items() if key != id}
    redirects = {key: to for key, to in held.redirects.items() if not other or key != id}
    return {"duplicates": replace(state.duplicates, marks=marks, redirects=redirects)}


DUPLICATES: Final = Part(
    rules={"mark_duplicate": _mark},
    folds={
        "duplicate_marked": _marked,
        "opportunity_launched": _launched,
        "opportunity_ended": _gone,
        "opportunity_released": _gone,
    },
    tells=TELLS,
)
