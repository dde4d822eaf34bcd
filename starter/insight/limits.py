"""`closeline limits`: how long the clock should wait, by what the past says."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError
from typer import BadParameter, Option, Typer, echo

from sales.drafts import Broken
from sales.values import Duration
from starter.commands.common import Where
from starter.commands.failing import Refusal
from starter.commands.spreading import command
from starter.insight.common import AsOf, Tabled, write_csv
from starter.output import print_json

if TYPE_CHECKING:
    from insight.limits.replay import Replay
    from insight.limits.study import Study
    from ledger.ledger import Ledger

app = Typer()

COLUMNS: Final = ("process", "clock", "stage", "today", "recommended", "why")
POINTS: Final = ("process", "clock", "stage", "days", "n", "won", "open", "chance", "low", "high")
REPLAYED: Final = (
    *("process", "limits", "of", "closed", "wins_lost", "worth", "hours_saved", "on_lost"),
    *("days_saved", "sooner", "brier", "expected_per_win"),
)
NOTHING: Final = "No opportunity was known by then, so there is nothing to learn from."


@command(
    app,
    "limits",
    "closeline limits --process new_business --tolerance 0.03 \\\n  --limit proposal=21d",
)
async def limits(
    process: Annotated[str | None, Option(help="Only this process.")] = None,
    tolerance: Annotated[
        float, Option(help="Close when a smaller share than this still wins.", min=1e-3, max=0.5)
    ] = 0.03,
    limit: Annotated[
        list[str] | None,
        Option(help="Replay with this alone: proposal=21d, buyer_silence=30d. Repeatable."),
    ] = None,
    learn_until: Annotated[
        str | None, Option(help="Learn up to this day, and replay what was opened since.")
    ] = None,
    curves: Annotated[bool, Option("--curves", help="Show every day of every curve.")] = False,
    toml: Annotated[bool, Option("--toml", help="As a piece of a process definition.")] = False,
    *,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """Say how long each clock should wait, and what other limits would have cost and saved.

    The chance still to win falls with the days in a stage and with the buyer's silence; a limit is
    recommended where it falls below the tolerance, if enough came that far to say so. The replay
    ends past opportunities by other limits: by today's, by those recommended, by those given.
    """
    given = dict(map(_limit, limit or ()))

    def ask(ledger: "Ledger") -> "list[Study]":
        from insight.limits.study import study
        from insight.reading import past_of

        calendar = ledger.calendar()
        until = AsOf(learn_until).instant(calendar).timestamp() if learn_until else None
        instant = as_of.instant(calendar).timestamp()
        try:
            return study(past_of(ledger), instant, tolerance, given, process, until)
        except Broken as broken:
            raise Refusal(broken.field, broken.rule, broken.detail) from broken

    found = await where.ask(ask)
    if toml:
        echo("\n".join(each.snippet for each in found), nl=False)
    elif shown.json:
        _show_all(shown, found)
    elif not found:
        echo(NOTHING)
    elif curves:
        shown.rows([row for each in found for row in _points(each)], POINTS)
    else:
        _show(shown, found)


def _show_all(shown: Tabled, found: "Sequence[Study]") -> None:
    """Everything, for programs; the file gets what people would see."""
    if shown.csv:
        write_csv(shown.csv, [row for each in found for row in _recommended(each)])
    print_json(found)


def _show(shown: Tabled, found: "Sequence[Study]") -> None:
    shown.rows([row for each in found for row in _recommended(each)], COLUMNS)
    for each in found:
        echo(f"\n{each.process}: {_pushes(each)}")
    echo()
    shown.table([_replayed(again) for each in found for again in each.replays], REPLAYED)


def _recommended(study: "Study") -> Iterator[dict[str, Any]]:
    for each in study.recommended:
        days = None if each.days is None else f"{each.days}d"
        yield {
            "process": each.process,
            "clock": each.clock,
            "stage": each.stage or "all",
            "today": None if each.today is None else f"{each.today:g}d",
            "recommended": days or ("none" if each.verdict == "keep" else "unknown"),
            "why": each.why,
        }


def _points(study: "Study") -> Iterator[dict[str, Any]]:
    for curve in study.curves:
        for point in curve.points:
            told = {name: getattr(point, name) for name in POINTS[3:7]}
            shares = {name: f"{getattr(point, name):.1%}" for name in POINTS[7:]}
            yield {
                "process": curve.process,
                "clock": curve.clock,
                "stage": curve.stage or "all",
                **told,
                **shares,
            }


def _pushes(study: "Study") -> str:
    told = ", ".join(f"{p.pushes}: {p.chance:.1%} of {p.n:,}" for p in study.pushes)
    most = study.pushable.times
    advice = f"; more than {most} pushes are not worth giving" if most is not None else ""
    return f"still won by number of pushes {told}{advice} (today at most {study.pushable.today})"


def _replayed(again: "Replay") -> dict[str, Any]:
    return {
        "process": again.process,
        "limits": again.name,
        "of": again.n,
        "closed": again.cut,
        "wins_lost": f"{again.wins_cut} of {again.wins}",
        "worth": "; ".join(f"{sum_:,.0f} {name}" for name, sum_ in again.lost_amount.items()),
        "hours_saved": _part(again.hours_saved, again.hours),
        "on_lost": f"{again.saved_on_lost:,.0f}",
        "days_saved": _part(again.days_saved, again.days),
        "sooner": None if again.earlier is None else f"{again.earlier:.1f}d",
        "brier": _change(again.before.brier, again.after.brier),
        "expected_per_win": _change(again.before.expected, again.after.expected),
    }


def _part(part: float, whole: float) -> str:
    return f"{part:,.0f} of {whole:,.0f}" + (f" ({part / whole:.1%})" if whole else "")


def _change(before: float | None, after: float | None) -> str | None:
    return None if before is None or after is None else f"{before:.4f} > {after:.4f}"


def _limit(text: str) -> tuple[str, float]:
    """What is limited, and to how many days."""
    name, _, span = text.partition("=")
    try:
        days = TypeAdapter[timedelta](Duration).validate_python(span) / timedelta(days=1)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadParameter(f"{text!r}: {said}", param_hint="--limit") from error
    if not name or days <= 0:
        raise BadParameter(f"{text!r} is not like proposal=21d", param_hint="--limit")
    return name, days
