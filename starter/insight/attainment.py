"""`closeline attainment`: how much of what was promised was kept."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from typer import Option, Typer, echo

from sales.calendar import Calendar, Period, period, quarter
from sales.drafts import Broken
from starter.commands.common import Where
from starter.commands.failing import Refusal
from starter.commands.spreading import command
from starter.insight.common import AsOf, Tabled
from starter.insight.rounding import rounded
from starter.insight.words import interval, percent
from starter.output import print_json

if TYPE_CHECKING:
    from insight.commitments import Attainment, Promise
    from insight.statistics.proportions import Share
    from ledger.ledger import Ledger

app = Typer()

NOTHING: Final = "Nothing that was promised counts here: none was met, breached, waived or is open."
BY_TIME: Final = ("month", "quarter")

By = Literal["level", "severity", "account", "owner", "month", "quarter"]


@command(app, "attainment", "closeline attainment --by level --period 2026-Q3")
async def attainment(
    by: Annotated[By | None, Option(help="Group by this, too.")] = None,
    period: Annotated[
        str | None, Option(help="Only what was met, breached or waived then: 2026-07, 2026-Q3.")
    ] = None,
    account: Annotated[str | None, Option(help="Only this account.")] = None,
    *,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """Show how much of what was promised was kept: met of met and breached, for each clock.

    A breach counts when it happens, whatever comes of it later. What was waived before it was
    breached counts as neither; what is open belongs to no period.
    """

    def ask(ledger: "Ledger") -> "dict[tuple[Any, ...], Attainment]":
        from insight.commitments import KINDS, attainments, promises

        calendar = ledger.calendar() or Calendar()
        within = _period(period, calendar) if period else None
        with ledger.account_facts(KINDS) as told:
            found = promises(told, as_of.instant(calendar))
            if account:
                found = (each for each in found if each.account == account)
            if within or by in BY_TIME:
                found = _decided(found, within, calendar)
            return attainments(found, _key(by, calendar))

    found = await where.ask(ask)
    rows = [
        {**_group(by, key), **_rates(each.kept), **_counts(each)} for key, each in found.items()
    ]
    shown.file(rows)
    if shown.json:
        print_json(rows)
    elif not rows:
        echo(NOTHING)
    else:
        told = [
            {**_group(by, key), **_told(each.kept), **_counts(each)} for key, each in found.items()
        ]
        shown.table(told, [*told[0]])


def _period(text: str, calendar: Calendar) -> Period:
    try:
        return period(text, calendar)
    except Broken as broken:
        raise Refusal(broken.field, broken.rule, broken.detail) from broken


def _decided(
    found: "Iterator[Promise]", within: Period | None, calendar: Calendar
) -> "Iterator[Promise]":
    for each in found:
        day = calendar.day(each.at)
        if each.result != "open" and (within is None or within.first <= day <= within.last):
            yield each


def _key(by: By | None, calendar: Calendar) -> "Callable[[Promise], tuple[Any, ...]]":
    values: dict[By, Callable[[Promise], str]] = {
        "level": lambda each: each.level or "by date",
        "severity": lambda each: "severe" if each.severe else "other",
        "account": lambda each: each.account,
        "owner": lambda each: each.owner or "nobody",
        "month": lambda each: f"{calendar.day(each.at):%Y-%m}",
        "quarter": lambda each: quarter(calendar.day(each.at), calendar).label,
    }
    if by is None:
        return lambda each: (each.clock,)
    value = values[by]
    return lambda each: (value(each), each.clock)


def _group(by: By | None, key: tuple[Any, ...]) -> dict[str, Any]:
    return {**({by: key[0]} if by else {}), "clock": key[-1]}


def _counts(found: "Attainment") -> dict[str, int]:
    names = ("met", "breached", "waived", "open")
    return {name: getattr(found, name) for name in names}


def _rates(kept: "Share") -> dict[str, Any]:
    return rounded({"attainment": kept.rate, "low": kept.low, "high": kept.high})


def _told(kept: "Share") -> dict[str, Any]:
    return {"attainment": percent(kept.rate), "interval": interval(kept)}
