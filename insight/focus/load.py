"""How the open work is spread, and what happens when somebody leaves."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insight.focus.allocation import NOBODY, Pairs, divided, partly
from insight.focus.bets import Bets
from insight.focus.plan import Plan
from sales.owner import Owner


@dataclass(frozen=True)
class Load:
    """The open work of one group: `hours` that are left, those `committed` and those that this plan
    gives; `capacity` is what its owners have, `periods` how often it would take that to do all.
    `unknown` counts what has no hours."""

    group: str
    open: int
    hours: float
    committed: float
    given: float
    capacity: float | None
    periods: float | None
    expected: float
    price: float | None
    unknown: int


@dataclass(frozen=True)
class Leaving:
    """What becomes of the open work of one who leaves: `taken` of the opportunities get hours of
    the `peers`, who have `room` left beside what they do now. `before` and `after` is what is
    expected from the hours ahead of all of them; it may rise where the leaver had too much."""

    owner: str
    peers: tuple[str, ...]
    open: int
    hours: float
    expected: float
    taken: int
    before: float
    after: float
    room: float


def loads(plan: Plan, by: str, owners: Mapping[str, Owner]) -> list[Load]:
    """By owner, team, process, ...; the most hours first. Capacity is known by owner and team."""
    bets, texts = plan.bets, plan.bets.view.past.texts
    codes = bets.codes(by)
    found = []
    for code in np.unique(codes):
        mine, name = codes == code, texts[code]
        hours = float(np.nansum(bets.hours[mine]))
        room = _room(plan, by, name, owners)
        found.append(
            Load(
                name or "nobody",
                int(mine.sum()),
                hours,
                float(np.nansum(bets.hours[mine & bets.committed])),
                float(np.nansum(plan.given[mine])),
                room,
                hours / room if room else None,
                float(np.nansum(bets.expected[mine])),
                plan.price.get(name) if by == "owner" else None,
                int(np.isnan(bets.hours[mine]).sum()),
            )
        )
    return sorted(found, key=lambda each: (-each.hours, each.group))


def leaving(plan: Plan, owners: Mapping[str, Owner], leaver: str) -> Leaving:
    """When one leaves, the team takes over or, where there is none, everybody whose hours are
    known. Nobody stops for it what pays more."""
    bets, words = plan.bets, plan.bets.words("owner")
    team = owners[leaver].team if leaver in owners else None
    peers = [
        name
        for name in sorted(plan.capacity)
        if name != leaver and (team is None or owners[name].team == team)
    ]
    room = np.array([plan.capacity[name] for name in peers])
    theirs = np.array([owner == leaver for owner in words], np.bool_)
    worth_it = np.flatnonzero(~plan.stop & (np.nan_to_num(bets.per_hour) > 0))
    place = {name: j for j, name in enumerate(peers)}
    own = [(i, place[words[i]]) for i in worth_it.tolist() if words[i] in place]
    left = [(i, j) for i in worth_it[theirs[worth_it]].tolist() for j in range(len(peers))]
    alone = [(i, len(peers)) for i, j in left if j == 0]
    everybody = np.r_[room, plan.capacity.get(leaver, 0.0)]
    hours = np.nan_to_num(bets.hours, nan=1.0)
    before, after = _pairs(bets, own + alone), _pairs(bets, own + left)
    were, spent = divided(before, hours, everybody)
    are, will = divided(after, hours, room)
    return Leaving(
        leaver,
        tuple(peers),
        int(theirs.sum()),
        float(np.nansum(bets.hours[theirs])),
        float(np.nansum(bets.expected[theirs])),
        int((theirs & (are != NOBODY)).sum()),
        partly(before, hours, were, spent),
        partly(after, hours, are, will),
        float(room.sum() - spent[~theirs].sum()),
    )


def _pairs(bets: Bets, some: list[tuple[int, int]]) -> Pairs:
    what, whom = np.array(some, np.intp).reshape(-1, 2).T
    return Pairs(what, whom, bets.expected[what])


def _room(plan: Plan, by: str, name: str, owners: Mapping[str, Owner]) -> float | None:
    if by == "owner":
        return plan.capacity.get(name)
    if by == "team":
        told = [room for owner, room in plan.capacity.items() if owners[owner].team == name]
        return sum(told) if told and name else None
    return None
