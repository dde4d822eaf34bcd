"""Everything about the limits of one process at once: learned, recommended, and replayed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insight.limits.curve import Curve, Learned, learn
from insight.limits.pushes import Pushed
from insight.limits.recommend import Pushable, Recommended, pushable, recommend
from insight.limits.replay import Limits, Replay, recommended, replay, todays
from insight.limits.snippet import snippet
from insight.past import Past
from sales.drafts import Broken

SILENCE = "buyer_silence"
"""How the limit of the buyer's silence is called beside those of the stages."""


@dataclass(frozen=True)
class Study:
    """What is to be said of one process, from `n` opportunities. `replays` are of today's limits,
    of those recommended and, if some were given, of those alone."""

    process: str
    n: int
    tolerance: float
    recommended: tuple[Recommended, ...]
    pushable: Pushable
    pushes: tuple[Pushed, ...]
    curves: tuple[Curve, ...]
    replays: tuple[Replay, ...]
    snippet: str


def study(
    past: Past,
    as_of: float,
    tolerance: float,
    given: Mapping[str, float] | None = None,
    process: str | None = None,
    learn_until: float | None = None,
) -> list[Study]:
    """Each process that was lived by or, if one is named, that one alone.

    With `learn_until` the limits are learned from what was known then, and replayed on what was
    opened since. Raises Broken where a process or a stage is unknown.
    """
    now = _only(learn(past, as_of), process)
    then = now if learn_until is None else _only(learn(past, learn_until), process)
    _check(now, given or {})
    since = -np.inf if learn_until is None else learn_until
    by_name = {each.process.name: each for each in then if each.n}
    return [
        _study(past, as_of, by_name[each.process.name], each, tolerance, given or {}, since)
        for each in now
        if each.process.name in by_name
    ]


def _study(
    past: Past,
    as_of: float,
    taught: Learned,
    lived: Learned,
    tolerance: float,
    given: Mapping[str, float],
    since: float,
) -> Study:
    found = recommend(taught, tolerance)
    limits = {"today": todays(lived), "recommended": recommended(found)}
    own = {stage: days for stage, days in given.items() if stage in lived.stages}
    if own or SILENCE in given:
        limits["given"] = Limits(own, given.get(SILENCE))
    return Study(
        taught.process.name,
        taught.n,
        tolerance,
        tuple(found),
        pushable(taught, tolerance),
        taught.pushed,
        taught.curves,
        tuple(replay(past, as_of, lived, name, each, since) for name, each in limits.items()),
        snippet(taught.process, found, tolerance),
    )


def _only(learned: list[Learned], process: str | None) -> list[Learned]:
    if process is None:
        return learned
    found = [each for each in learned if each.process.name == process]
    if not found:
        raise Broken("process", "unknown", f"no opportunity was led by {process!r}")
    return found


def _check(learned: list[Learned], given: Mapping[str, float]) -> None:
    stages = {stage for each in learned for stage in each.stages}
    for name in given:
        if name != SILENCE and name not in stages:
            detail = f"{name!r} is none of {', '.join([*sorted(stages), SILENCE])}"
            raise Broken("limit", "unknown_stage", detail)
