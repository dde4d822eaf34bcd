"""`closeline accuracy`: how good the forecasts were."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from typer import Option, Typer

from starter.commands.common import Where
from starter.commands.failing import warn
from starter.commands.spreading import command
from starter.insight.common import AsOf, Tabled, write_csv
from starter.output import print_json, print_table

if TYPE_CHECKING:
    from insight.accuracy.scored import Accuracy
    from ledger.ledger import Ledger

app = Typer()

By = Literal[
    "owner", "team", "territory", "segment", "product", "process", "stage", "category", "judged_by"
]
CHANCES: Final = (
    *("forecaster", "horizon", "periods", "n", "won", "said", "came"),
    *("brier", "skill", "log_loss", "auc", "ece"),
)
REVENUE: Final = (
    *("forecaster", "horizon", "currency", "periods", "n", "said", "came"),
    *("wape", "bias", "pinball", "coverage", "width"),
)
CONVERSIONS: Final = (
    *("category", "horizon", "currency", "periods", "n", "won", "dropped", "slipped"),
    *("conversion", "conversion_by_value", "slip_rate"),
)
BINS: Final = ("forecaster", "least", "most", "said", "came", "n", "won")


@command(app, "accuracy", "closeline accuracy --by segment --as-of 2027-06-30")
async def accuracy(
    by: Annotated[By | None, Option(help="By these groups, as they stood then.")] = None,
    calibration: Annotated[
        bool, Option("--calibration", help="Also what was said beside what came, bin by bin.")
    ] = False,
    *,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """Show how good the forecasts were: every snapshot against what came of it.

    What is scored are the periods that are over: chances, sums, and what
    became of what was counted on. Every forecaster is there: what was
    learned, simple rules, the categories, whoever submitted a number.
    """

    def asked(ledger: "Ledger") -> "Accuracy":
        from insight.accuracy.scored import accuracy

        return accuracy(ledger, as_of.instant(ledger.calendar()), by)

    found = await where.ask(asked)
    scores: tuple[tuple[str, Sequence[Any], tuple[str, ...]], ...] = (
        ("chances", found.chances, CHANCES),
        ("sums", found.revenue, REVENUE),
        ("categories", found.conversions, CONVERSIONS),
    )
    if shown.csv:
        write_csv(shown.csv, [row for title, some, _ in scores for row in _rows(title, some)])
    if shown.json:
        print_json(found)
        return
    for title, some, columns in scores:
        if some:
            print(title)
            print_table(map(_told, some), columns if by is None else ("group", *columns))
            print()
    if calibration:
        print("calibration")
        print_table(_bins(found), BINS if by is None else ("group", *BINS))
    for note in found.notes:
        warn(note)


def _bins(found: "Accuracy") -> Iterable[dict[str, Any]]:
    for score in found.chances:
        if score.horizon == "all":
            for each in score.calibration:
                told = {name: _short(value) for name, value in each._asdict().items()}
                yield {"group": score.group, "forecaster": score.forecaster, **told}


def _rows(title: str, scores: Sequence[Any]) -> Iterable[dict[str, Any]]:
    for each in scores:
        told = asdict(each)
        told.pop("calibration", None)
        yield {"of": title, **told}


def _told(score: Any) -> dict[str, Any]:
    return {name: _short(value) for name, value in asdict(score).items()}


def _short(value: Any) -> Any:
    """Four digits say more of a score than all of them; a sum needs its cents."""
    if not isinstance(value, float):
        return value
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4f}"
