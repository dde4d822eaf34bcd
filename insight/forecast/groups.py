"""Whom or what an opportunity counts for: owners, managers, teams, territories and so on."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from insight.forecast.deals import Deals
from insight.past import Codes
from sales.owner import Owners, tree

By = Literal["owner", "manager", "team", "territory", "segment", "product", "process", "currency"]
OF_THE_OWNER: Final = ("team", "territory")
"""What an opportunity has from its owner, as they are now, where nobody said it of itself."""


class Group(NamedTuple):
    """One line of a forecast. `whose` is None for the whole and empty for those that belong to
    nobody; `members` are codes of `Grouping.codes`."""

    whose: str | None
    depth: int
    members: tuple[int, ...]


class Grouping(NamedTuple):
    """For every opportunity a code, and the groups that these make. But for managers, who have
    everybody below them in their group, no opportunity is in two of them."""

    codes: Codes
    groups: Sequence[Group]


def whole(deals: Deals) -> Grouping:
    """All of them together."""
    return Grouping(np.zeros(len(deals), np.int32), [Group(None, 0, (0,))])


def grouping(deals: Deals, by: By, owners: Owners, more: Sequence[str] = ()) -> Grouping:
    """The groups in the order in which they are shown; `more` are there with or without any."""
    if by == "manager":
        return _below_managers(deals, owners, more)
    codes, names = deals.words(by)
    if by in OF_THE_OWNER:
        codes, names = _inherited(deals, by, owners, codes, names)
    known = {name: code for code, name in enumerate(names)}
    shown = sorted(known.keys() | set(more), key=lambda name: (name == "", name))
    members = [(known[name],) if name in known else () for name in shown]
    groups = [Group(name, 0, some) for name, some in zip(shown, members, strict=True)]
    return Grouping(codes, groups)


def _inherited(
    deals: Deals, by: str, owners: Owners, codes: Codes, names: Sequence[str]
) -> tuple[Codes, Sequence[str]]:
    of, whose = deals.words("owner")
    theirs = [getattr(owners[each], by) or "" if each in owners else "" for each in whose]
    every = sorted({*names, *theirs})
    own = np.array([every.index(name) for name in names], np.int32)[codes]
    inherited = np.array([every.index(name) for name in theirs], np.int32)[of]
    said = np.array([bool(name) for name in names])[codes]
    return np.where(said, own, inherited), every


def _below_managers(deals: Deals, owners: Owners, more: Sequence[str]) -> Grouping:
    """Everybody with all below them, managers first; then those whom nobody knows."""
    codes, names = deals.words("owner")
    known = {name: code for code, name in enumerate(names)}
    below: dict[str, list[int]] = {id_: [] for id_ in owners}
    order = list(tree(owners))
    for _, each in reversed(order):  # whoever reports to somebody comes before them
        below[each.id] += [known[each.id]] if each.id in known else []
        if each.manager:
            below[each.manager] += below[each.id]
    groups = [
        Group(each.id, depth, tuple(below[each.id]))
        for depth, each in order
        if below[each.id] or each.id in more
    ]
    strangers = sorted(known.keys() - owners.keys(), key=lambda name: (name == "", name))
    return Grouping(codes, [*groups, *(Group(name, 0, (known[name],)) for name in strangers)])
