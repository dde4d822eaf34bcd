"""Whether it went as the scripts say: every promise of the demonstration, held or broken."""

from typing import NamedTuple

from ledger.ledger import Ledger
from ledger.rows import OpportunityRow
from sales.facts import Fact
from starter.demo import relations
from starter.demo.stories import ACCOUNTS, FOLLOWERS, Story, stories

CLOCKS = ("end_by", "close_date", "stage_limit", "buyer_silence", "action_window")


class Check(NamedTuple):
    """One promise, and whether it was kept."""

    promise: str
    kept: bool


def expected() -> dict[str, Story]:
    """Every opportunity that must be there at the end."""
    every = (*stories(), *FOLLOWERS.values(), *relations.stories(), relations.renewal())
    return {story.id: story for story in every}


def wrong_ends(rows: list[OpportunityRow]) -> list[str]:
    """What did not end as its script says, in words."""
    found = {row.id: row for row in rows}
    wrong = []
    for story in expected().values():
        row = found.get(story.id)
        ended = (row.outcome, row.reason) if row else ("never opened", None)
        if ended != (story.outcome, story.reason):
            wrong.append(f"{story.id}: {ended}, not {(story.outcome, story.reason)}")
    return wrong


def checks(ledger: Ledger, running: set[str], kills: int) -> list[Check]:
    """All promises, from the ledger alone, which accounts run, and how often a worker died."""
    rows = ledger.opportunities()
    by_id = {row.id: row for row in rows}
    journals = {row.id: ledger.journal("opportunity", row.id) for row in rows}
    won_in = {row.account_id for row in rows if row.outcome == "won"}
    lost_in = {row.account_id for row in rows if row.outcome == "lost"}
    return [
        Check("every opportunity ended as its script says", not wrong_ends(rows)),
        Check("at least forty opportunities", len(rows) >= 40),
        *(
            Check(f"at least five {outcome}", sum(row.outcome == outcome for row in rows) >= 5)
            for outcome in ("won", "lost", "expired", "withdrawn")
        ),
        *(
            Check(f"the clock {clock} ended one", any(row.reason == clock for row in rows))
            for clock in CLOCKS
        ),
        Check("the clock notice_by renewed one", any(r.reason == "auto_renewed" for r in rows)),
        Check("the clock parked_until ended a parking", _unparked_by_clock(journals)),
        Check("a refusal was kept", any(row.refusals for row in rows)),
        Check("an override was counted", any(row.overrides for row in rows)),
        Check("an extension was counted", any(row.extensions for row in rows)),
        Check("a successor was won", _won(by_id, "acme-comes-back~2")),
        Check("an add-on followed a win", _after(by_id, "acme-add-on", "acme-first-order")),
        Check("one lost while another was won, in one account", bool(won_in & lost_in)),
        Check("a worker was killed and another one started", kills == 1),
        Check("who signed while no worker lived has won", _won(by_id, "acme-signed-in-the-dark")),
        *(Check(*each) for each in relations.promises(ledger)),
        Check("every account still runs", running == set(ACCOUNTS)),
    ]


def _unparked_by_clock(journals: dict[str, list[Fact]]) -> bool:
    return any(
        fact.kind == "unparked" and fact.cause == "clock"
        for facts in journals.values()
        for fact in facts
    )


def _won(rows: dict[str, OpportunityRow], id: str) -> bool:
    return id in rows and rows[id].outcome == "won"


def _after(rows: dict[str, OpportunityRow], later: str, earlier: str) -> bool:
    first, second = rows.get(earlier), rows.get(later)
    if not (first and second and first.closed_at):
        return False
    return first.outcome == "won" and second.opened_at > first.closed_at
