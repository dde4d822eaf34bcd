"""What the plan says of single opportunities, for people."""

from collections.abc import Iterable
from dataclasses import dataclass

from insight.focus.plan import Plan, Verdict


@dataclass(frozen=True)
class Item:
    """One opportunity of the plan. Sums are in the plan's currency; `given` are the hours it gets
    of the `hours` that are left, `owner` is who has it and `to` who is to work on it."""

    id: str
    owner: str
    to: str
    team: str
    process: str
    stage: str
    worth: float | None
    chance: float
    expected: float | None
    hours: float | None
    per_hour: float | None
    given: float | None
    committed: bool
    verdict: Verdict
    why: str


def items(plan: Plan, tolerance: float, which: Iterable[int] | None = None) -> list[Item]:
    """Those places, or everything, what pays most first."""
    bets = plan.bets
    words = {name: bets.words(name) for name in ("owner", "team", "process")}
    stages = [bets.view.past.texts[code] for code in bets.view.stage]
    return [
        Item(
            bets.ids[i],
            words["owner"][i],
            plan.owner[i],
            words["team"][i],
            words["process"][i],
            stages[i],
            _said(bets.worth[i]),
            float(bets.chance[i]),
            _said(bets.expected[i]),
            _said(bets.hours[i]),
            _said(bets.per_hour[i]),
            _said(plan.given[i]),
            bool(bets.committed[i]),
            plan.verdict(i),
            _why(plan, i, tolerance),
        )
        for i in (plan.ranks if which is None else which)
    ]


def _said(number: float) -> float | None:
    return None if number != number else float(number)  # NaN is the one that differs from itself


def _why(plan: Plan, place: int, tolerance: float) -> str:
    """What the verdict rests on."""
    bets, owner = plan.bets, plan.owner[place]
    match plan.verdict(place):
        case "stop":
            chance = f"{bets.chance[place]:.1%} still win within {bets.days:g} days"
            return f"{chance}, fewer than {tolerance:.3g}"
        case "wait":
            price = plan.price.get(owner, 0.0)
            if _said(bets.expected[place]) is None:
                return "no worth in this currency"
            return f"an hour of {owner} brings up to {price:,.0f} elsewhere"
        case "work":
            return "committed" if bets.committed[place] else "pays most"
    if _said(bets.hours[place]) is None:
        return "nobody knows the hours that are left"
    return f"nobody knows the hours of {owner}" if owner else "nobody owns it"
