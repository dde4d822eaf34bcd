"""The plan where opportunities may go to somebody else, as far as teams allow."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from insight.focus.allocation import NOBODY, Pairs, bound, divided
from insight.focus.bets import Bets
from insight.focus.plan import Plan, keep
from insight.past import OUTCOMES, Mask, Past
from sales.owner import Owner

Reach = Literal["team", "anyone"]

PRIOR: Final = 50
"""So many ends are worth as much as knowing that an owner is like everybody else."""
TRIED: Final = 3.0
"""How many times the hours that there are may be asked for; those who bring less are not tried."""
GREEDY: Final = "they may go to {}: greedy by density with swaps, the last one in part"


def move(
    bets: Bets,
    owners: Mapping[str, Owner],
    capacity: Mapping[str, float],
    tolerance: float,
    reach: Reach,
    *,
    with_bound: bool = False,
) -> Plan:
    """What is committed stays where it is; all else goes to whom it brings most. With the bound
    the prices are those of the linear program, else what the best that is left over would bring."""
    before = keep(bets, capacity, tolerance)
    held = np.where(bets.committed, np.nan_to_num(before.given), 0.0)
    names = sorted(capacity)
    spent = dict.fromkeys(names, 0.0)
    for place in np.flatnonzero(held > 0).tolist():
        spent[before.owner[place]] += float(held[place])
    room = np.array([capacity[name] - spent[name] for name in names])
    free = ~bets.committed & ~before.stop & (np.nan_to_num(bets.per_hour) > 0)
    hours = np.nan_to_num(bets.hours, nan=1.0)
    pairs = _pairs(bets, before, owners, names, free, float(room.sum()), reach)
    chosen, spent_on = divided(pairs, hours, room)
    given = np.where(chosen != NOBODY, spent_on, held)
    expected = bets.expected.copy()
    mine = chosen[pairs.what] == pairs.whom
    expected[pairs.what[mine]] = pairs.value[mine]
    owner = [names[j] if j != NOBODY else before.owner[i] for i, j in enumerate(chosen.tolist())]
    over = given[pairs.what] < hours[pairs.what]
    price = np.zeros(len(names))
    np.maximum.at(price, pairs.whom[over], (pairs.value / hours[pairs.what])[over])
    found = replace(before, given=given, owner=owner, how=GREEDY.format(reach), expected=expected)
    if with_bound:
        best = bound(pairs, hours, room)
        price = best.prices
        fixed = float(np.nansum((held / bets.hours) * bets.expected))
        found = replace(found, bound=best.value + fixed)
    return replace(found, price=dict(zip(names, price.tolist(), strict=True)))


def skills(past: Past, as_of: float) -> dict[tuple[str, str], float]:
    """By owner and process how often the owner won of what was decided, against how often everybody
    did, shrunk towards 1 by PRIOR ends. An association: who wins more may only be given more."""
    ended = past.closed_known <= as_of
    owner, process = past.word("owner", as_of), past.opening["process"]
    won = past.outcome == OUTCOMES.index("won")
    found = {}
    for code in np.unique(process[ended]):
        mine = ended & (process == code)
        rate = won[mine].mean()
        n = np.bincount(owner[mine], minlength=len(past.texts))
        wins = np.bincount(owner[mine], won[mine], len(past.texts))
        for each in np.flatnonzero(n).tolist() if rate > 0 else ():
            better = (wins[each] + PRIOR * rate) / (n[each] + PRIOR) / rate
            found[past.texts[each], past.texts[code]] = float(better)
    return found


def _pairs(
    bets: Bets,
    before: Plan,
    owners: Mapping[str, Owner],
    names: list[str],
    free: Mask,
    room: float,
    reach: Reach,
) -> Pairs:
    """Who may work on what. An owner whom nobody knows is in a team with nobody."""
    skill = skills(bets.view.past, bets.view.instant)
    best = np.flatnonzero(free)[np.argsort(-bets.per_hour[free], kind="stable")]
    asked = np.cumsum(bets.hours[best])
    tried = best[: np.searchsorted(asked, TRIED * room) + 1]
    team = {name: owner.team for name, owner in owners.items()}
    process = bets.words("process")
    what, whom, value = [], [], []
    for place in tried.tolist():
        own = before.owner[place]
        base = skill.get((own, process[place]), 1.0)
        for j, name in enumerate(names):
            if name == own or reach == "anyone" or (team.get(own) and team.get(own) == team[name]):
                what.append(place)
                whom.append(j)
                value.append(bets.expected[place] * skill.get((name, process[place]), 1.0) / base)
    return Pairs(np.array(what, np.intp), np.array(whom, np.intp), np.array(value, np.float64))
