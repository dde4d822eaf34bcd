"""Owners: who sells, in which team and territory, for whom, how many hours a week, and how long."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from sales.drafts import Broken
from sales.entries import Entered, Entry, news
from sales.values import Date, Id, Name

WeekHours = Annotated[Decimal, Field(ge=0, le=168, decimal_places=2, allow_inf_nan=False)]


class SetOwner(Entry):
    """Say who somebody is; what is not named stays, and what is named as null goes away.

    `hours` are those of a week in which they can sell; `active_until` is their last day.
    """

    owner: Id
    name: Name | None = None
    team: Id | None = None
    territory: Id | None = None
    manager: Id | None = None
    hours: WeekHours | None = None
    active_from: Date | None = None
    active_until: Date | None = None


class Owner(Entered):
    """One owner as they stand."""

    name: str | None = None
    team: str | None = None
    territory: str | None = None
    manager: str | None = None
    hours: Decimal | None = None
    active_from: date | None = None
    active_until: date | None = None

    def active(self, day: date) -> bool:
        """Whether they sell on that day."""
        begun = self.active_from is None or self.active_from <= day
        return begun and (self.active_until is None or day <= self.active_until)


Owners = Mapping[str, Owner]


def decide_owner(held: Owner | None, entry: SetOwner, owners: Owners) -> dict[str, Any] | None:
    """What the fact says; nothing where it is so already. Raises Broken."""
    said = entry.said()
    id_ = said.pop("owner")
    after = Owner.model_validate({**(held.model_dump() if held else {}), **said, "id": id_})
    if after.active_from and after.active_until and after.active_until < after.active_from:
        raise Broken("active_until", "before_active_from", f"active from {after.active_from}")
    above = after.manager
    if above and above != id_ and above not in owners:
        raise Broken("manager", "unknown_owner", f"nobody knows an owner {above!r}")
    while above:
        if above == id_:
            raise Broken("manager", "cycle", f"{id_!r} would be above themselves")
        above = owners[above].manager
    return news(Owner, held, {"id": id_, **said})


def tree(owners: Owners) -> Iterator[tuple[int, Owner]]:
    """Everybody below their manager, with how deep they stand; peers in the order of their ids."""
    below: dict[str | None, list[Owner]] = {}
    for each in sorted(owners.values(), key=lambda each: each.id, reverse=True):
        below.setdefault(each.manager, []).append(each)
    waiting = [(0, each) for each in below.get(None, ())]
    while waiting:
        depth, each = waiting.pop()
        yield depth, each
        waiting += [(depth + 1, report) for report in below.get(each.id, ())]
