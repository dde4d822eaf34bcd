"""The past again, under other limits: which wins would have been cut, and what that had saved.

An end by a limit comes when the clock reaches it, and no earlier than the process's `last_look`
behind the buyer's word. What happened until then happens again; whether somebody would have sold
otherwise under another clock, the past cannot tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from insight.limits.curve import CLOCKS, Learned
from insight.limits.recommend import Recommended, today
from insight.limits.scoring import Scored, scored
from insight.past import OUTCOMES, Codes, Floats, Mask, Past
from insight.spells import DAY, Spells
from ledger.steps import Kind


@dataclass(frozen=True)
class Limits:
    """Days after which a clock ends an opportunity, its grace included: in each stage, and of the
    buyer's silence. A stage that is not named has no limit."""

    stages: Mapping[str, float] = field(default_factory=dict)
    silence: float | None = None


@dataclass(frozen=True)
class Replay:
    """What limits would have done to `n` past opportunities.

    `lost_amount` is what the wins that would have been cut brought, `won_amount` what all wins
    did, by currency. `hours_on_lost` were spent on what ended without a win. What was spent behind
    the cut is saved, `saved_on_lost` of it on what ended without a win. `earlier` is by how many
    days the end of those would have come sooner, on average.
    """

    process: str
    name: str
    n: int
    cut: int
    wins: int
    wins_cut: int
    won_amount: dict[str, float]
    lost_amount: dict[str, float]
    hours: float
    hours_on_lost: float
    hours_on_open: float
    hours_saved: float
    saved_on_lost: float
    days: float
    days_saved: float
    earlier: float | None
    before: Scored
    after: Scored


def todays(learned: Learned) -> Limits:
    """What the process has now."""
    process = learned.process
    stages = {each: today(process, "stage_limit", each) for each in learned.stages}
    told = {stage: days for stage, days in stages.items() if days is not None}
    return Limits(told, today(process, "buyer_silence", None))


def recommended(found: Iterable[Recommended]) -> Limits:
    """What was recommended, and nothing where there was nothing to recommend."""
    told = [each for each in found if each.days is not None]
    stages = {each.stage: float(each.days or 0) for each in told if each.stage}
    silence = next((float(each.days or 0) for each in told if each.stage is None), None)
    return Limits(stages, silence)


def replay(
    past: Past,
    as_of: float,
    learned: Learned,
    name: str,
    limits: Limits,
    since: float = -np.inf,
) -> Replay:
    """What the limits would have done until the instant to what was opened `since`. `learned` must
    know the lives up to that instant."""
    mine = past.opening["process"] == past.texts.index(learned.process.name)
    mine &= (past.known <= as_of) & (past.opened <= as_of) & (past.opened >= since)
    ended = mine & (past.closed_known <= as_of)
    won = ended & (past.outcome == OUTCOMES.index("won"))
    stop = np.where(ended, past.closed, as_of)
    look = learned.process.last_look
    cut_at = cuts(learned.spells, limits, _codes(past, limits), look, len(past))
    cut = mine & (cut_at < stop)
    effort = past.steps[Kind.EFFORT].by(as_of)
    effort = effort.pick(mine[effort.who])
    late = cut[effort.who] & (effort.at > cut_at[effort.who])
    loser = (ended & ~won)[effort.who]
    saved = (stop - cut_at)[cut]
    losers = cut & ended & ~won
    gained = (stop - cut_at)[losers]
    amount, currency = past.last(Kind.AMOUNT, as_of)[0], past.word("currency", as_of)
    return Replay(
        learned.process.name,
        name,
        n=int(mine.sum()),
        cut=int(cut.sum()),
        wins=int(won.sum()),
        wins_cut=int((cut & won).sum()),
        won_amount=_sums(past, won, amount, currency),
        lost_amount=_sums(past, won & cut, amount, currency),
        hours=float(effort.value.sum()),
        hours_on_lost=float(effort.value[loser].sum()),
        hours_on_open=float(effort.value[~ended[effort.who]].sum()),
        hours_saved=float(effort.value[late].sum()),
        saved_on_lost=float(effort.value[late & loser].sum()),
        days=float((stop - past.opened)[mine].sum() / DAY),
        days_saved=float(saved.sum() / DAY),
        earlier=float(gained.mean() / DAY) if len(gained) else None,
        before=scored(past, as_of, learned, mine, np.full(len(past), np.inf)),
        after=scored(past, as_of, learned, mine, cut_at),
    )


def cuts(
    spells: Spells, limits: Limits, codes: Mapping[str, int], look: timedelta, count: int
) -> Floats:
    """When each opportunity would have been ended; infinite if never."""
    found = np.full(count, np.inf)
    silence = spells.age("buyer_silence")
    for clock in CLOCKS:
        age, limit = spells.age(clock), np.full(len(spells), np.inf)
        if clock == "stage_limit":
            for stage, days in limits.stages.items():
                limit[spells.stage == codes.get(stage, -1)] = days
        elif limits.silence is not None:
            limit[:] = limits.silence
        cut = spells.start + np.maximum(limit - age, 0) * DAY
        heard = spells.words > 0
        fresh = spells.start - silence * DAY + look.total_seconds()
        cut = np.where(heard, np.maximum(cut, fresh), cut)
        hit = ~spells.resting & (cut < spells.end)
        np.minimum.at(found, spells.who[hit], cut[hit])
    return found


def _codes(past: Past, limits: Limits) -> dict[str, int]:
    return {stage: past.texts.index(stage) for stage in limits.stages if stage in past.texts}


def _sums(past: Past, which: Mask, amount: Floats, currency: Codes) -> dict[str, float]:
    told = which & ~np.isnan(amount)
    return {
        past.texts[code]: float(amount[told & (currency == code)].sum())
        for code in np.unique(currency[told])
    }
