"""What changed in the pipeline of the period: every step by its kind, and nothing left over."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from insight.bridge import Bridge, Line
from insight.report.page import Section, Table
from insight.report.plots.steps import Step, Steps, steps
from insight.report.wording import day, deals, listed, money, signed, words

HEAD: Final = ("bridge", "What changed in the pipeline")
LOSSES: Final = {"lost", "expired", "withdrawn", "taken_back"}


def bridge_section(
    bridges: Sequence[Bridge], currency: str, before: date, now: date, label: str, unknown: int
) -> Section:
    """From the open pipeline of a period `before` to that of `now`, in one currency; of `unknown`
    opportunities no sum is known in it."""
    found = next((each for each in bridges if each.currency == currency), None)
    if found is None:
        return Section(*HEAD, f"Nothing was open for {label} on {day(before)} or came since.")
    opening, closing = float(found.opening.amount), float(found.closing.amount)
    drawn = [
        Step(f"open on {before.day} {before:%b}", opening, "whole"),
        *(Step(words(each.name), float(each.amount), _tone(each)) for each in found.lines),
        Step(f"open on {now.day} {now:%b}", closing, "whole"),
    ]
    told = Steps("What changed in the pipeline", drawn, currency, changes=True)
    rows = [
        (words(each.name), f"{each.n:,}", f"{each.amount:,.2f}")
        for each in (found.opening, *found.lines, found.closing)
    ]
    table = Table(("Step", "n", currency), rows, frozenset({"n", currency}))
    lead = _lead(found, currency, before, label)
    notes = [f"{deals(unknown)} without a sum in {currency} count with 0."] if unknown else []
    return Section(*HEAD, lead, steps(told, HEAD[0]), numbers=table, notes=notes)


def _lead(found: Bridge, currency: str, before: date, label: str) -> str:
    opening, closing = found.opening.amount, found.closing.amount
    change = float(closing - opening)
    turn = "grew" if change > 0 else "shrank" if change < 0 else "kept its size"
    by = (
        f" by {money(abs(change), currency)} to {money(float(closing), currency)}" if change else ""
    )
    most = sorted(found.lines, key=lambda each: abs(each.amount), reverse=True)[:2]
    parts = [f"{words(each.name)} {signed(float(each.amount))} ({each.n:,})" for each in most]
    why = f", most of all by {listed(parts)}" if parts and change else ""
    if parts and not change:
        why = f", with {listed(parts)}"
    return (
        f"What is open for {label} {turn}{by} since {day(before)}{why}; "
        f"{deals(found.closing.n)} are open in it."
    )


def _tone(line: Line) -> str:
    if line.name == "won":
        return "other"
    return "loss" if line.name in LOSSES or line.amount < 0 else "sure"
