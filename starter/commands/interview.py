"""`closeline interview`: ask a buyer why it ended so, record the answer, list what there is."""

from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Argument, Option, Typer

from sales.interview import AskInterview, EraseInterview, Interview, RecordInterview
from starter.commands.common import Shown, Where
from starter.commands.entering import DryRun, File, Signed, enter, enter_file, entry
from starter.commands.failing import warn
from starter.commands.spreading import command

if TYPE_CHECKING:
    from ledger.ledger import Ledger

app = Typer(no_args_is_help=True, help="Interviews behind the end: ask, record, list, import.")

COLUMNS: Final = ("opportunity", "outcome", "recorded", "buyer", "competitor", "of", "asked_at")
Ended = Annotated[str, Argument(metavar="ID", help="The opportunity's id; it has ended.")]


@command(app, "ask", "closeline interview ask acme-1 --of kim --why 'to learn from it'")
async def ask(
    opportunity: Ended,
    of: Annotated[str | None, Option(help="Whom, by their id among the stakeholders.")] = None,
    why: Annotated[str | None, Option(help="What they are told it is for.")] = None,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Ask somebody at the buyer's for a talk about why it ended so.

    Whoever owns the opportunity is told by a notice, to hold it.
    """
    said = entry(AskInterview, signed, opportunity=opportunity, of=of, why=why)
    await enter(where, shown, said)
    warn(f"notice: {of} is asked why {opportunity} ended as it did")


@command(
    app,
    "record",
    "closeline interview record acme-1 --reason price --competitor Rival \\",
    "  --decision-maker kim --would-have-changed 'a trial in one plant'",
)
async def record(
    opportunity: Ended,
    reason: Annotated[
        list[str] | None,
        Option(help="The buyer's reason, by the process's codes; the primary one first."),
    ] = None,
    of: Annotated[str | None, Option(help="Who answered, by their id.")] = None,
    competitor: Annotated[str | None, Option(help="Whom they chose or weighed.")] = None,
    verbatim: Annotated[str | None, Option(help="In their own words.")] = None,
    decision_maker: Annotated[
        list[str] | None, Option(help="Who decided, by their id; may be given again.")
    ] = None,
    would_have_changed: Annotated[
        str | None, Option(help="What would have changed their decision.")
    ] = None,
    held_at: Annotated[str | None, Option(help="When the talk was, as an instant.")] = None,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Record what the buyer said; saying it again with more replaces what is named."""
    fields: dict[str, Any] = {"of": of, "competitor": competitor, "verbatim": verbatim}
    fields |= {"would_have_changed": would_have_changed, "held_at": held_at}
    people = tuple(decision_maker) if decision_maker else None
    given = tuple(reason) if reason else None
    about = {"opportunity": opportunity, "reasons": given, "decision_makers": people}
    await enter(where, shown, entry(RecordInterview, signed, **about, **fields))


@command(app, "list", "closeline interview list --waiting")
async def list_(
    waiting: Annotated[
        bool, Option("--waiting", help="Only those that were asked and have not answered.")
    ] = False,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List who was asked and what they said, beside what was recorded at the end."""
    rows = await where.ask(lambda ledger: _rows(ledger, waiting))
    shown.table(rows, COLUMNS)


@command(app, "import", "closeline interview import asked.csv --dry-run")
async def import_(file: File, dry_run: DryRun = False, *, shown: Shown, where: Where) -> None:
    """Ask many: a CSV of opportunity, of and why.

    A row that breaks a rule is rejected, with the field and the rule; then the exit code is 1.
    """
    await enter_file(where, shown, file, AskInterview, dry_run)


@command(app, "erase", "closeline interview erase acme-1 --actor privacy-desk")
async def erase(opportunity: Ended, *, signed: Signed, shown: Shown, where: Where) -> None:
    """Take all words out of an interview, for good; codes, ids and times stay."""
    await enter(where, shown, entry(EraseInterview, signed, opportunity=opportunity))


def _rows(ledger: "Ledger", waiting: bool) -> list[dict[str, Any]]:
    found = []
    for each in ledger.interviews():
        if waiting and each.recorded_at:
            continue
        ended = ledger.opportunity(each.id)
        found.append(_row(each, ended.outcome if ended else None, ended.reason if ended else None))
    return found


def _row(each: Interview, outcome: str | None, reason: str | None) -> dict[str, Any]:
    told = each.model_dump(exclude={"id", "sequence"})
    named = {"opportunity": each.id, "outcome": outcome, "recorded": reason, "buyer": each.reason}
    return {**named, **told}
