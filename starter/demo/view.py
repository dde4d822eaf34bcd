"""What is seen while it runs, and at the end."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from ledger.ledger import Ledger
from ledger.rows import OpportunityRow, OutcomeCount, Weighted
from starter.account.screen import show_standing
from starter.account.screen import standing as standing_of
from starter.demo.checks import Check

ENDS = ("won", "lost", "expired", "withdrawn")


def standing(rows: Sequence[OpportunityRow], second: float) -> Table:
    """Where everything stands, live: open ones by stage, ended ones by outcome."""
    stages = Counter(row.stage for row in rows if row.outcome is None)
    ends = Counter(row.outcome for row in rows if row.outcome)
    table = Table(title=f"{second:3.0f} s", title_justify="left")
    for name in ("open", "where", *ENDS):
        table.add_column(name, justify="left" if name == "where" else "right")
    where = ", ".join(f"{count} {stage}" for stage, count in sorted(stages.items()))
    table.add_row(str(stages.total()), where, *(str(ends[end]) for end in ENDS))
    return table


def line(rows: Sequence[OpportunityRow], second: float) -> str:
    """The same in one line, where nobody can watch a table change."""
    ends = Counter(row.outcome for row in rows if row.outcome)
    still = sum(row.outcome is None for row in rows)
    return f"{second:3.0f} s  {still:2} open  " + "  ".join(f"{ends[e]:2} {e}" for e in ENDS)


def outcomes(console: Console, counts: Sequence[OutcomeCount]) -> None:
    """How they ended, and why."""
    table = Table("outcome", "reason", "process", title="How they ended", title_justify="left")
    table.add_column("count", justify="right")
    order = {end: n for n, end in enumerate(ENDS)}
    for each in sorted(counts, key=lambda c: (order[c.outcome], -c.count, c.reason)):
        table.add_row(each.outcome, each.reason, each.process, str(each.count))
    console.print(table)


def launched(console: Console, rows: Sequence[OpportunityRow]) -> None:
    """Which account launched what."""
    table = Table("account", "launched", *ENDS, title="Who launched whom", title_justify="left")
    for account in sorted({row.account_id for row in rows}):
        mine = [row for row in rows if row.account_id == account]
        ends = Counter(row.outcome for row in mine)
        table.add_row(account, str(len(mine)), *(str(ends[end]) for end in ENDS))
    console.print(table)
    for row in rows:
        if row.predecessor_id:
            console.print(f"{row.id} is the successor of {row.predecessor_id}")


def forecast(console: Console, weighted: Sequence[Weighted]) -> None:
    """What was open half-way may bring: amounts times the probability of their stage."""
    title = "Stage-weighted forecast, as it stood half-way"
    table = Table("category", "stage", title=title, title_justify="left")
    for name in ("open", "amount", "weighted"):
        table.add_column(name, justify="right")
    for each in weighted:
        money = (f"{each.amount:,.2f} {each.currency}", f"{each.weighted:,.2f} {each.currency}")
        table.add_row(each.category, each.stage, str(each.count), *money)
    total = sum((each.weighted for each in weighted), Decimal(0))
    table.add_section()
    table.add_row("total", "", str(sum(each.count for each in weighted)), "", f"{total:,.2f} EUR")
    console.print(table)


def win_loss(console: Console, rows: Sequence[OpportunityRow]) -> None:
    """The win rates that count the clock's ends, and the one that does not."""
    ends = Counter(row.outcome for row in rows)
    won, decided, resolved = ends["won"], ends["won"] + ends["lost"], len(rows)
    console.print(
        f"decided win rate   {won}/{decided} = {won / decided:.0%}  (won, of won and lost)"
    )
    console.print(f"resolved win rate  {won}/{resolved} = {won / resolved:.0%}  (won, of all ends)")


def account(console: Console, ledger: Ledger, id: str) -> None:
    """What `closeline account show` tells of it."""
    state = ledger.account_state(id)
    if state is None:
        return
    console.print(f"\nHow {state.name} stands")
    rows = ledger.opportunities(account_id=id, outcome="open")
    show_standing({"id": id}, standing_of(state, rows, datetime.now(UTC)))


def verdict(console: Console, found: Sequence[Check], wrong: Sequence[str]) -> None:
    """Each promise, kept or broken."""
    for promise, kept in found:
        console.print(f"{'kept  ' if kept else 'BROKEN'}  {promise}")
    for each in wrong:
        console.print(f"        {each}")
