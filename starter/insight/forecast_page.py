"""How a forecast is shown: a page for people, JSON for programs, rows for spreadsheets."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from typer import echo

from insight.forecast.deals import LIKELY
from insight.judgements import judgements
from sales.judgement import CategorySaid
from starter.insight.common import Tabled, write_csv
from starter.output import cell, print_json, print_table, printable

if TYPE_CHECKING:
    from insight.forecast.differing import Difference
    from insight.forecast.report import Against, Forecast, Line
    from ledger.ledger import Ledger

COLUMNS: Final = ("column", "n", "amount", "with all surer", "")
LINES: Final = (
    *("whose", "currency", "closed", "commit", "best_case", "pipeline"),
    *("weighted", "expected", "p10", "p90"),
)
MEASURED: Final = ("quota", "attained", "coverage", "reached", "submitted")
EACH: Final = (
    *("id", "owner", "stage", "close_date", "amount", "currency"),
    *("p_won", "p_lost", "p_expired", "p_withdrawn", "p_open"),
    *("value", "value_currency"),
)
CHANGED: Final = ("whose", "currency", *LINES[2:], "reached")
JUDGED: Final = ("standing", "about", "by", "said_at", "until", "what", "reason")
NOBODY: Final = {"": "(none)"}
WORDS: Final = {
    "closed": "won in the period",
    "commit": "open, close date in the period",
    "omitted": "in no sum above",
    "outside": "open, close date in another period",
    "undated": "open, no close date",
}


def tell(
    shown: Tabled, without: "Forecast", with_: "Forecast | None", changed: "Sequence[Difference]"
) -> None:
    """The forecast, and where there are assumptions the one with them and the difference."""
    told = with_ or without
    rows = [_flat(line) for line in (*told.whole, *told.lines)]
    if shown.csv:
        write_csv(shown.csv, [each._asdict() for each in told.opportunities] or rows)
    if shown.json:
        assumed = {"without": without, "difference": changed} if with_ else {}
        print_json({"forecast": told, **assumed})
        return
    for words in _page(told):
        echo(printable(words))
    for line in told.whole:
        _show_whole(line, told)
    if groups := rows[len(told.whole) :]:
        measured = [name for name in MEASURED if any(row[name] is not None for row in groups)]
        _table(groups, (*LINES, *measured))
    if told.opportunities:
        _table([each._asdict() for each in told.opportunities], EACH)
    if with_:
        echo("\nWhat the assumptions change")
        _table([_changed(each) for each in changed], CHANGED)


def _page(told: "Forecast") -> Iterator[str]:
    into = f", in {told.into}" if told.into else ""
    yield f"Forecast {told.period}: {told.first} to {told.last}, as of {cell(told.as_of)}{into}"
    yield told.basis
    yield from told.notes


def _show_whole(line: "Line", told: "Forecast") -> None:
    echo("")
    if line.currency is None:
        held = sum(each.n for each in line.columns.single.values())
        echo(f"without an amount: {held}, of these {line.columns.open.n} open in the period")
        return
    for name, words in _sentences(line):
        echo(f"{name.ljust(10)} {printable(words)}")
    echo("")
    of, rows = line.columns, []
    for name, (n, amount) in of.single.items():
        upto = of.cumulative.get(name)
        rows.append(_row(name.replace("_", " "), n, amount, upto, WORDS.get(name, "")))
        if name == LIKELY[-1]:
            told_of = "commit to pipeline, by their stages' chances"
            rows.append(_row("weighted", None, of.weighted, None, told_of))
    print_table(rows, COLUMNS, ("n", "amount", "with all surer"))


def _row(*cells: Any) -> dict[str, Any]:
    return dict(zip(COLUMNS, map(shown_as, cells), strict=True))


def _sentences(line: "Line") -> Iterator[tuple[str, str]]:
    currency, of, out, against = line.currency, line.columns, line.outlook, line.against
    if out:
        yield "expected", f"{shown_as(out.expected)} {currency}"
        yield (
            "range",
            f"8 in 10 between {shown_as(out.p10)} (P10) and {shown_as(out.p90)} (P90), "
            f"1 in 2 above {shown_as(out.p50)} (P50)",
        )
        parts = [f"{shown_as(of.closed)} closed", f"{shown_as(out.open)} of what is open"]
        if out.new is not None:
            parts.append(f"{shown_as(out.new)} not yet in the pipeline")
        yield "made of", " + ".join(parts)
        if out.unsized:
            yield "", f"{shown_as(out.unsized)} of it for what has no amount, as such wins came to"
    if against:
        yield "quota", _measured(against)
    if said := line.submitted:
        yield "submitted", f"{shown_as(said.amount)} by {said.by}: {said.reason}"


def _measured(against: "Against") -> str:
    """The quota, how much of it is won, and how likely the rest is."""
    words = [shown_as(against.quota)]
    if not against.whole:
        words.append("for a part of the period")
    if against.attained is not None:
        words.append(f"{_percent(against.attained)} of it closed")
    if against.remaining:
        words.append(f"{shown_as(against.remaining)} to go")
    if against.coverage is not None:
        words.append(f"covered {against.coverage:.1f} times by what is open in the period")
    if against.chance is not None:
        words.append(f"{_percent(against.chance)} likely to be reached")
    return ", ".join(words)


def _flat(line: "Line") -> dict[str, Any]:
    """A line as one row."""
    of, out, against, said = line.columns, line.outlook, line.against, line.submitted
    return {
        **{"whose": line.whose, "depth": line.depth, "currency": line.currency},
        **{name: each.amount for name, each in of.single.items()},
        **{f"{name}_n": each.n for name, each in of.single.items()},
        **{f"{name}_cumulative": each for name, each in of.cumulative.items()},
        **{"open": of.open.amount, "weighted": of.weighted},
        "expected": out.expected if out else None,
        "expected_open": out.open if out else None,
        "expected_unsized": out.unsized if out else None,
        "expected_new": out.new if out else None,
        "wins": out.wins if out else None,
        **{name: getattr(out, name) if out else None for name in ("p10", "p50", "p90")},
        "quota": against.quota if against else None,
        "attained": against.attained if against else None,
        "coverage": against.coverage if against else None,
        "reached": against.chance if against else None,
        "submitted": said.amount if said else None,
        "submitted_by": said.by if said else None,
    }


def _changed(each: "Difference") -> dict[str, Any]:
    sums = {name: cell.amount for name, cell in each.columns.single.items()}
    told = {"whose": each.whose, "currency": each.currency, "weighted": each.columns.weighted}
    told |= {name: getattr(each, name) for name in ("expected", "p10", "p90")}
    return {**sums, **told, "reached": each.chance}


def _table(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    """Rows for people: the whole is called so, those below a manager stand further right."""
    echo("")
    told = []
    for row in rows:
        cells = {name: _cell(row[name]) for name in columns}
        if "whose" in cells:
            whose = "whole" if row["whose"] is None else NOBODY.get(row["whose"], row["whose"])
            cells["whose"] = "  " * row.get("depth", 0) + whose
        if cells.get("coverage") is not None:
            cells["coverage"] = f"{row['coverage']:.1f}x"
        told.append(cells)
    words = {"whose", "currency", "id", "owner", "stage", "close_date"}
    print_table(told, columns, [name for name in columns if name not in words])


def shown_as(value: Any) -> Any:
    """Sums with their thousands, the rest as everywhere."""
    return f"{value:,.2f}" if isinstance(value, Decimal) else value


def _cell(value: Any) -> Any:
    return _percent(value) if isinstance(value, float) else shown_as(value)


def _percent(share: float) -> str:
    sharp = 0 < abs(share) < 0.01 or 0.99 < abs(share) < 1
    return f"{share:.1%}" if sharp else f"{share:.0%}"


def judged(ledger: "Ledger", as_of: datetime, every: bool) -> list[dict[str, Any]]:
    """A row for each judgement: those that stand, or every one."""
    found = []
    for said, at, standing in judgements(ledger, as_of):
        if not every and standing in ("expired", "void"):
            continue
        if isinstance(said, CategorySaid):
            told = {"about": said.opportunity, "what": said.category}
        else:
            amount = None if said.amount is None else f"{said.amount:f} {said.currency}"
            told = {"about": f"{said.owner} {said.period}", "what": amount}
        found.append(
            {
                **{"standing": standing, "by": said.by, "said_at": at, "until": said.until},
                **{**told, "reason": said.reason},
                "said": said,
            }
        )
    return found
