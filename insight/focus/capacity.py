"""How many hours an owner can sell in the days ahead."""

from collections.abc import Mapping
from datetime import date, timedelta

from sales.owner import Owner


def capacity(owners: Mapping[str, Owner], first: date, days: int) -> dict[str, float]:
    """By owner the hours within so many days from the first on: a seventh of a week's hours for
    each day on which they sell. Owners whose hours nobody has said are missing."""
    each_day = [first + timedelta(days=number) for number in range(days)]
    return {
        owner.id: float(owner.hours) / 7 * sum(owner.active(day) for day in each_day)
        for owner in owners.values()
        if owner.hours is not None
    }
