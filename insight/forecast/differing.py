"""What assumptions change: a forecast with them beside the one without."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from insight.forecast.report import Forecast, Line
from insight.forecast.sums import NOTHING, Cell, Columns, columns


class Difference(NamedTuple):
    """How much a line has more with the assumptions than without; less is below 0. The columns of a
    group, and those of the whole, differ by as much as the assumptions moved."""

    whose: str | None
    currency: str | None
    columns: Columns
    expected: Decimal | None
    p10: Decimal | None
    p50: Decimal | None
    p90: Decimal | None
    chance: float | None


def difference(without: Forecast, with_: Forecast) -> list[Difference]:
    """Of the whole and of every group that differs."""
    before = {(line.whose, line.currency): line for line in (*without.whole, *without.lines)}
    after = {(line.whose, line.currency): line for line in (*with_.whole, *with_.lines)}
    keys = list(dict.fromkeys((*after, *before)))
    found = [_between(before.get(key), after.get(key), *key) for key in keys]
    return [each for each in found if each.whose is None or _differs(each)]


def _between(
    before: Line | None, after: Line | None, whose: str | None, currency: str | None
) -> Difference:
    one, other = (
        line.columns if line else columns(currency, NOTHING, Decimal(0)) for line in (before, after)
    )
    cells = {
        name: Cell(cell.n - one.single[name].n, cell.amount - one.single[name].amount)
        for name, cell in other.single.items()
    }
    chances = [line.against.chance if line and line.against else None for line in (before, after)]
    return Difference(
        whose,
        currency,
        columns(currency, cells, other.weighted - one.weighted),
        expected=_less(before, after, "expected"),
        p10=_less(before, after, "p10"),
        p50=_less(before, after, "p50"),
        p90=_less(before, after, "p90"),
        chance=None if None in chances else (chances[1] or 0.0) - (chances[0] or 0.0),
    )


def _less(before: Line | None, after: Line | None, name: str) -> Decimal | None:
    """A line that is not there has nothing."""
    told: Sequence[Decimal] = [
        getattr(line.outlook, name) if line and line.outlook else Decimal(0)
        for line in (before, after)
    ]
    return told[1] - told[0]


def _differs(each: Difference) -> bool:
    counted = any(cell.n or cell.amount for cell in each.columns.single.values())
    return counted or bool(each.expected)
