"""What `closeline focus` shows: rows of one kind, and what has to be said beside them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from insight.focus.actions import next_action
from insight.focus.effort import returns
from insight.focus.listing import items
from insight.focus.load import leaving, loads
from insight.focus.segments import segments
from insight.focus.states import states
from sales.clocks import Deadline, next_deadline
from sales.drafts import Broken
from starter.insight.rounding import rounded

if TYPE_CHECKING:
    from insight.focus.listing import Item
    from insight.focus.study import Study
    from ledger.ledger import Ledger

NOTHING: Final = "Nothing is open, so there is nothing to work on."
HONEST: Final = (
    "Expected is chance times amount; what an hour more adds to a chance nobody knows without an"
    " experiment."
)
COLUMNS: Final = {
    show: tuple(names.split())
    for show, names in {
        "work": "id to stage worth chance expected hours per_hour given verdict deadline action",
        "stop": "id owner process stage worth chance hours why",
        "closing": "deadline clock id owner stage worth chance expected",
        "load": "group open hours committed given capacity periods expected price unknown",
        "effort": "group n won hours hours_won hours_ended hours_open wasted amount per_hour"
        " per_won_hour",
        "segments": "process segment source ended won rate low high open days_to_win value hours"
        " won_per_hour",
        "leaving": "owner peers open hours expected taken before after room",
    }.items()
}


@dataclass(frozen=True)
class View:
    """What to show, and of whom; `now` where no other instant was asked for."""

    show: str
    by: str
    owner: str | None
    process: str | None
    most: int
    leaves: str | None
    now: bool = False


class Views:
    """The rows of a study."""

    def __init__(self, study: "Study", ledger: "Ledger", view: View) -> None:
        self._study, self._ledger, self._view = study, ledger, view

    def told(self) -> dict[str, Any]:
        """Rows, the columns for people, and notes: what the numbers rest on."""
        view, study = self._view, self._study
        show = "leaving" if view.leaves else view.show
        rows = list(getattr(self, show)())
        head = {
            "as_of": study.question.as_of,
            "show": show,
            "currency": study.currency,
            "notes": list(self._notes(show, len(rows))),
            "columns": COLUMNS[show],
        }
        return {**head, "rows": rows[: view.most] if show in ("work", "stop", "closing") else rows}

    def work(self) -> Iterator[dict[str, Any]]:
        """Where the next hour pays, with what to do there."""
        yield from self._with_states([each for each in self._listed() if each.verdict != "stop"])

    def stop(self) -> Iterator[dict[str, Any]]:
        """What is not worth an hour any more, the most hours first."""
        found = [each for each in self._listed() if each.verdict == "stop"]
        found.sort(key=lambda each: -(each.hours or 0))
        yield from (rounded(asdict(each)) for each in found)

    def closing(self) -> Iterator[dict[str, Any]]:
        """What the clock will close within the time, what is due first coming first."""
        study = self._study
        limit = study.question.as_of + study.question.within
        by_id = {each.id: each for each in self._listed()}
        deadlines = self._deadlines_now(limit) if self._view.now else self._deadlines(list(by_id))
        due = ((deadline, by_id[id_]) for id_, deadline in deadlines.items() if id_ in by_id)
        for deadline, each in sorted(due, key=lambda pair: (pair[0].at, pair[1].id)):
            if deadline.at < limit:
                told = {"deadline": deadline.at, "clock": deadline.clock}
                yield {**told, **rounded(asdict(each))}

    def load(self) -> Iterator[dict[str, Any]]:
        """How the open work is spread."""
        for each in loads(self._study.plan, self._view.by, self._study.owners):
            yield rounded(asdict(each))

    def leaving(self) -> Iterator[dict[str, Any]]:
        """What happens when one leaves."""
        leaver, study = self._view.leaves or "", self._study
        if leaver not in study.bets.words("owner") and leaver not in study.owners:
            raise Broken("leaves", "unknown_owner", f"nobody knows an owner {leaver!r}")
        yield rounded(asdict(leaving(study.plan, study.owners, leaver)))

    def effort(self) -> Iterator[dict[str, Any]]:
        """What each logged hour has brought."""
        study = self._study
        for each in returns(study.past, study.instant, self._view.by, study.factors):
            yield rounded(asdict(each))

    def segments(self) -> Iterator[dict[str, Any]]:
        """What was learned about segments and sources."""
        study = self._study
        for each in segments(study.past, study.instant, study.factors, study.currency):
            yield rounded(asdict(each))

    def _deadlines_now(self, limit: datetime) -> dict[str, Deadline]:
        """Those that the ledger keeps with its rows."""
        rows = self._ledger.due(limit)
        return {row.id: Deadline(row.deadline, row.clock or "") for row in rows if row.deadline}

    def _deadlines(self, ids: list[str]) -> dict[str, Deadline]:
        """Those of an earlier instant, by the rules."""
        known = states(self._ledger, ids, self._study.question.as_of)
        found = ((id_, next_deadline(state)) for id_, state in known.items())
        return {id_: deadline for id_, deadline in found if deadline}

    def _listed(self) -> "list[Item]":
        view, plan = self._view, self._study.plan
        owners, processes = plan.owner, plan.bets.words("process")
        some = (
            place
            for place in plan.ranks
            if view.owner in (None, owners[place]) and view.process in (None, processes[place])
        )
        return items(plan, self._study.question.tolerance, some)

    def _with_states(self, found: "list[Item]") -> Iterator[dict[str, Any]]:
        now, few = self._study.question.as_of, found[: self._view.most]
        known = states(self._ledger, [each.id for each in few], now)
        for each in few:
            state = known[each.id]
            action, deadline = next_action(state, now), next_deadline(state)
            yield {
                **rounded(asdict(each)),
                "deadline": deadline.at if deadline else None,
                "clock": deadline.clock if deadline else None,
                "action": action.words if action else None,
                "action_code": action.code if action else None,
            }

    def _notes(self, show: str, count: int) -> Iterator[str]:
        """What the rows rest on, or why there are none."""
        study = self._study
        if show in ("effort", "segments"):
            if not len(study.past):
                yield "The ledger holds no opportunity, so there is nothing to learn from."
            elif show == "effort" and not any(row["hours"] for row in self.effort()):
                yield "No hours were logged, so nothing can be said of what they brought."
            return
        if not len(study.bets):
            yield NOTHING
            return
        yield from self._basis()
        if show == "stop" and not count:
            yield f"None has a chance below {study.question.tolerance:.3g}: there is none to stop."
        if show == "closing" and not count:
            yield "The clock will close none of them by then."

    def _basis(self) -> Iterator[str]:
        bets, plan, currency = self._study.bets, self._study.plan, self._study.currency or ""
        won, others = bets.ends
        learned = f", from {won:,} wins and {others:,} other ends" if won + others else ""
        yield f"{len(bets):,} open. Chances: {bets.basis}{learned}. {HONEST}"
        yield f"Hours left: {self._hours()}."
        if missing := bets.unvalued:
            told = ", ".join(f"{count:,} {reason}" for reason, count in missing.items())
            yield f"Without a worth in {currency or 'any currency'}: {told}."
        if not plan.capacity:
            yield "Nobody's hours are known (`closeline owner set ID --hours 30`): ranked only."
            return
        hours, room = float(np.nansum(plan.given)), sum(plan.capacity.values())
        said = f"{hours:,.1f} of {room:,.1f} h are given, and {plan.value:,.0f} {currency}".rstrip()
        yield f"Plan: {plan.how}. {said} expected from them."
        if plan.bound:
            share = plan.value / plan.bound
            yield f"The linear program's bound is {plan.bound:,.0f}: this is {share:.2%} of it."

    def _hours(self) -> str:
        """By which stages' hours were logged, and which are the process's."""
        bets = self._study.bets
        stages = zip(
            bets.words("process"), (bets.view.past.texts[c] for c in bets.view.stage), strict=True
        )
        basis = {(each.process, each.stage): each.basis for each in bets.table}
        count = Counter(basis.get(key, "unknown") for key in stages)
        names = {"logged": "as logged", "process": "by the process", "unknown": "unknown"}
        return ", ".join(f"{names[each]} of {n:,}" for each, n in count.most_common())
