"""Reassignment: everything a leaver has open goes to others, once, however often it is tried."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ledger.ledger import Ledger
from settings import Settings
from starter.client import CloselineClient
from starter.reassigning import Leaving, Move, carry_out, plan
from tests.starter.conftest import Site, until


@pytest.fixture
def ledger(site: Site) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    yield ledger
    ledger.close()


@pytest.fixture(autouse=True)
def staff(site: Site) -> None:
    """Whoever may get something."""
    for name in ("new-a", "new-b", "leaver"):
        site.done("owner", "set", name)


def reassign(site: Site, *said: str, code: int = 0) -> Any:
    result = site.run("owner", "reassign", *said, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def owned(ledger: Ledger, owner: str) -> list[str]:
    return [row.id for row in ledger.opportunities(outcome="open", owner=owner)]


def given(ledger: Ledger, open_: Callable[..., str], owner: str, count: int) -> list[str]:
    """So many opportunities of an owner, once the ledger knows of them."""
    ids = [open_("--owner", owner) for _ in range(count)]
    until(lambda: owned(ledger, owner), lambda found: len(found) >= count)
    return ids


def counts(told: Any, subject: str = "opportunities") -> tuple[int, int, int]:
    return told[subject]["reassigned"], told[subject]["already"], told[subject]["refused"]


def test_open_ones_are_dealt_out_and_ended_ones_keep_their_owner(
    site: Site, ledger: Ledger, opened: Callable[..., str]
) -> None:
    ids = given(ledger, opened, "leaver", 4)
    ended = ids.pop()
    site.done("opportunity", "decide", ended, "no", "--reason", "status_quo")
    until(lambda: ledger.end_of(ended))
    site.done("account", "open", "left-alone", "--name", "Alone", "--owner", "leaver")
    until(lambda: ledger.accounts(owner="leaver"))

    rehearsed = reassign(site, "leaver", "--to", "new-a", "--to", "new-b", "--dry-run")
    assert (counts(rehearsed), owned(ledger, "leaver")) == ((0, 0, 0), sorted(ids))
    told = reassign(site, "leaver", "--to", "new-a", "--to", "new-b", "--leave", "--actor", "ops")
    assert (counts(told), counts(told, "accounts"), told["left"]) == ((3, 0, 0), (1, 0, 0), True)
    dealt = Counter(move["to"] for move in told["moves"] if move["subject"] == "opportunity")
    assert dealt == {"new-a": 2, "new-b": 1}
    assert [m["to"] for m in told["moves"]] == [m["to"] for m in rehearsed["moves"]]

    until(lambda: owned(ledger, "leaver"), lambda left: left == [])
    row = ledger.opportunity(ended)
    assert row
    assert row.owner == "leaver"
    (fact,) = [f for f in ledger.journal("opportunity", ids[0]) if f.kind == "amended"]
    assert (fact.actor, fact.event_id) == ("ops", "reassign:leaver:1")
    until(lambda: ledger.accounts(owner="new-a"))
    assert site.told("owner", "show", "leaver")["active_until"]
    assert reassign(site, "leaver", "--to", "new-a")["moves"] == []


def test_done_again_before_the_ledger_knows_it_changes_nothing_more(
    site: Site, ledger: Ledger, opened: Callable[..., str]
) -> None:
    ids = given(ledger, opened, "twice", 2)
    what = Leaving("twice", ("new-a",))
    moves = plan(ledger, what)
    assert [move.id for move in moves] == sorted(ids)
    settings = Settings.load(dir=site.folder / "data")

    async def say(to: str) -> list[str]:
        client = await CloselineClient.connect(settings)
        dealt = [replace(move, to=to) for move in moves]
        return [move.outcome for move in await carry_out(client, what, dealt, lambda _: None)]

    assert asyncio.run(say("new-a")) == ["reassigned"] * 2
    assert asyncio.run(say("new-b")) == ["already"] * 2
    until(lambda: set(ids) <= set(owned(ledger, "new-a")))


def test_who_had_it_again_can_lose_it_again(
    site: Site, ledger: Ledger, opened: Callable[..., str]
) -> None:
    (id,) = given(ledger, opened, "back", 1)
    reassign(site, "back", "--to", "new-a")
    until(lambda: id in owned(ledger, "new-a"))
    site.done("opportunity", "amend", id, "--owner", "back")
    until(lambda: owned(ledger, "back"))

    assert counts(reassign(site, "back", "--to", "new-b")) == (1, 0, 0)
    until(lambda: id in owned(ledger, "new-b"))


def test_only_what_is_meant_moves(site: Site, ledger: Ledger, opened: Callable[..., str]) -> None:
    site.done("account", "open", "elsewhere", "--name", "Elsewhere", "--owner", "picky")
    given(ledger, opened, "picky", 2)
    there = opened("--owner", "picky", account="elsewhere")
    until(lambda: owned(ledger, "picky"), lambda found: len(found) == 3)
    until(lambda: ledger.accounts(owner="picky"))

    def moved(*said: str) -> list[str]:
        told = reassign(site, "picky", "--to", "new-a", "--dry-run", *said)
        return sorted(move["id"] for move in told["moves"])

    assert len(moved()) == 4
    assert moved("--account", "elsewhere") == sorted([there, "elsewhere"])
    assert len(moved("--process", "quick")) == 3
    assert moved("--process", "other") == []


def test_what_is_refused_is_told_and_ends_with_one(
    site: Site, ledger: Ledger, opened: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (id,) = given(ledger, opened, "late", 1)
    site.done("opportunity", "decide", id, "no", "--reason", "status_quo")
    until(lambda: ledger.end_of(id))
    event = "reassign:late:1"
    monkeypatch.setattr(
        "starter.commands.reassign.plan",
        lambda _ledger, _what: [Move("opportunity", id, "new-a", event)],
    )

    told = reassign(site, "late", "--to", "new-a", code=1)
    assert counts(told) == (0, 0, 1)
    assert told["moves"][0]["outcome"] == "opportunity_id: ended"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("leaver", "--to", "leaver"), "to: same_owner"),
        (("leaver", "--to", "stranger"), "to: unknown_owner"),
        (("leaver", "--to", "gone"), "to: not_active"),
        (("stranger", "--to", "new-a", "--leave"), "leaver: unknown_owner"),
    ],
)
def test_who_cannot_get_it_is_refused(site: Site, said: tuple[str, ...], words: str) -> None:
    site.done("owner", "set", "gone", "--active-until", "2020-01-01")
    assert site.refused("owner", "reassign", *said).startswith(f"refused: {words}")
