"""The number: where the period stands, where it will end, and what that is made of."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple, SupportsFloat

from insight.forecast.report import Against, Forecast, Line, Outlook
from insight.report.page import Section, Table, Tile
from insight.report.plots.fan import Ahead, Fan, fan
from insight.report.plots.steps import Step, Steps, steps
from insight.report.wording import day, deals, money, percent

FAN: Final = ("fan", "Forecast against quota")
PARTS: Final = ("parts", "What the number is made of")
SAID: Final = ("commit", "best_case", "pipeline")
TONES: Final = {"commit": "likely", "best_case": "likely", "pipeline": "open"}


class Number(NamedTuple):
    """The forecast of a period in its main currency: the line of the whole, the sum closed by the
    end of each day so far, and what was forecast of days to come."""

    forecast: Forecast
    line: Line
    closed: Sequence[tuple[date, float]]
    ahead: Sequence[Ahead]

    @property
    def currency(self) -> str:
        """The main currency."""
        return self.line.currency or ""

    def money(self, amount: SupportsFloat) -> str:
        """A sum in it."""
        return money(float(amount), self.currency)


def main_line(forecast: Forecast) -> Line | None:
    """The line of the whole in the currency that the most is counted in; None without sums."""
    lines = [each for each in forecast.whole if each.currency and each.outlook]
    return max(lines, key=lambda each: (_count(each), each.currency == forecast.into), default=None)


def _count(line: Line) -> int:
    return sum(cell.n for cell in line.columns.single.values())


def tiles(number: Number) -> list[Tile]:
    """The figures for a first look."""
    line, until = number.line, day(number.forecast.last)
    found = [Tile(number.money(line.columns.closed), f"closed in {number.forecast.period} so far")]
    if (outlook := line.outlook) and number.ahead:
        low, high = number.money(outlook.p10), number.money(outlook.p90)
        found.append(Tile(number.money(outlook.p50), f"forecast for {until}: {low} to {high}"))
    if against := line.against:
        quota = number.money(against.quota)
        if against.chance is not None:
            found.append(Tile(percent(against.chance), f"chance to reach the quota of {quota}"))
        if against.coverage is not None:
            found.append(
                Tile(f"{against.coverage:.1f} x", "what is open, against what is left to win")
            )
    return found


def fan_section(number: Number) -> Section:
    """Closed so far, and P10, P50 and P90 of every week to the end of the period."""
    line, forecast = number.line, number.forecast
    assert line.outlook
    quota = float(line.against.quota) if line.against else None
    told = Fan(forecast.last, number.closed, number.ahead, quota, number.currency)
    notes = [*_basis(number), *_left_out(number)]
    if line.against and not line.against.whole:
        notes.append("Some days of the period are without a quota.")
    rows = [
        (day(each.day), *(number.money(value) for value in (each.low, each.middle, each.high)))
        for each in number.ahead
    ]
    columns = ("By", "P10", "P50", "P90")
    table = Table(columns, rows, frozenset(columns[1:])) if rows else None
    return Section(*FAN, _lead(number, line.outlook), fan(told, FAN[0]), numbers=table, notes=notes)


def _basis(number: Number) -> Iterator[str]:
    """What the fan means, and where it is from."""
    if number.ahead:
        yield f"In eight of ten cases it ends within the fan. {number.forecast.basis}"


def _left_out(number: Number) -> Iterator[str]:
    """What counts in none of these sums."""
    for each in number.forecast.whole:
        if each is number.line or not (n := _count(each)):
            continue
        if each.currency is None:
            yield f"{deals(n)} without an amount: in no sum."
        else:
            yield f"{deals(n)} with sums in {each.currency}: not in this number."


def _open(line: Line) -> int:
    """How many are open, whatever their close date."""
    return _count(line) - line.columns.single["closed"].n


def _lead(number: Number, outlook: Outlook) -> str:
    forecast, line = number.forecast, number.line
    open_ = _open(line)
    lead = f"{number.money(line.columns.closed)} of {forecast.period} is closed"
    if number.ahead:
        lead += f" and the forecast for {day(forecast.last)} is {number.money(outlook.p50)}"
    lead += _beside(number, outlook, line.against) if line.against else "; no quota was set"
    return f"{lead} ({line.columns.single['closed'].n:,} won, {deals(open_)} open)."


def _beside(number: Number, outlook: Outlook, against: Against) -> str:
    if not against.quota:
        return ""
    away = float(outlook.p50 / against.quota) - 1
    where = f"{percent(abs(away))} {'above' if away > 0 else 'below'}" if away else "just at"
    return f", {where} the quota of {number.money(against.quota)}"


def parts_section(number: Number) -> Section:
    """What people call the open opportunities, and what was learned to expect of them."""
    line, outlook = number.line, number.line.outlook
    assert outlook
    single = line.columns.single
    closed = float(line.columns.closed)
    said = [Step("closed", closed, "sure")]
    said += [Step(name.replace("_", " "), float(single[name].amount), TONES[name]) for name in SAID]
    said.append(Step("if all of it is won", float(line.columns.cumulative["pipeline"]), "whole"))
    learned = [
        Step("closed", closed, "sure", anew=True),
        Step("expected of open", float(outlook.open), "likely"),
    ]
    if outlook.new is not None:
        learned.append(Step("not yet opened", float(outlook.new), "open"))
    learned.append(Step("expected", float(outlook.expected), "whole"))
    mark = ("quota", float(line.against.quota)) if line.against else None
    told = Steps("What the number is made of", [*said, *learned], number.currency, mark)
    rows = [
        (name.replace("_", " "), f"{c.n:,}", number.money(c.amount)) for name, c in single.items()
    ]
    rows += [("weighted by stage", "", number.money(line.columns.weighted))]
    table = Table(("Part", "n", "sum"), rows, frozenset({"n", "sum"}))
    notes = ["Above as people judge it, below as it was learned."]
    return Section(
        *PARTS, _made_of(number, outlook), steps(told, PARTS[0]), numbers=table, notes=notes
    )


def _made_of(number: Number, outlook: Outlook) -> str:
    whole, count = float(outlook.expected), _open(number.line)
    if whole <= 0:
        return f"Nothing is closed, and nothing is expected ({deals(count)} open)."
    of_open = f"{percent(float(outlook.open) / whole)} is expected of what is open ({count:,})"
    if outlook.new is None:
        return f"Of {number.money(whole)} expected, {of_open}; of new business nothing is known."
    new = percent(float(outlook.new) / whole)
    return f"{new} of the {number.money(whole)} expected has not been opened yet; {of_open}."
