"""`closeline erase`: a person in a whole account, or the words of single facts in one journal."""

import json
from collections.abc import Callable
from typing import Any

from tests.starter.conftest import Site, until

Opened = Callable[..., str]
NAME = "Zaphira Canary"
BY = ("--actor", "privacy-desk")


def journal(site: Site, id: str, count: int) -> list[dict[str, Any]]:
    def asked() -> Any:
        found = site.run("opportunity", "journal", id, "--superseded", "--json")
        return json.loads(found.stdout) if found.exit_code == 0 else []  # not yet in the ledger

    facts: list[dict[str, Any]] = until(asked, lambda it: len(it) >= count)
    return facts


def counted(steps: list[dict[str, Any]]) -> set[tuple[str, int]]:
    """How many facts lose words, of each."""
    return {(step["id"], step["facts"]) for step in steps}


def a_life(site: Site, opened: Opened, account: str) -> tuple[str, str]:
    """A running opportunity and an ended one, both with the same person."""
    site.done("account", "open", account, "--name", "Shop")
    person = ("--stakeholder", f"kim:champion:{NAME}")
    running, ended = opened(*person, account=account), opened(*person, account=account)
    said = ("--by", "buyer", "--channel", "call")
    site.done("opportunity", "engage", running, *said, "--summary", f"{NAME} rang")
    site.done(
        *("opportunity", "decide", ended, "no", "--reason", "status_quo"),
        *("--verbatim", f"{NAME}: no"),
    )
    journal(site, ended, 3)
    site.refused("opportunity", "engage", ended, *said, "--summary", f"{NAME} again")
    return running, ended


def test_a_person_is_erased_everywhere_in_an_account(site: Site, opened: Opened) -> None:
    running, ended = a_life(site, opened, "forgetful")
    known = until(lambda: site.told("account", "show", "forgetful"), lambda it: it["late"] == 1)
    assert known["last_ends"]
    ask = ("erase", "kim", "--account", "forgetful", *BY)

    words = {(running, 2), (ended, 3), ("forgetful", 2)}
    plan = (*ask, "--dry-run")
    planned = until(lambda: site.told(*plan), lambda steps: counted(steps) == words)
    assert NAME in json.dumps(journal(site, running, 2))
    done = site.told(*ask)

    assert [step["id"] for step in done] == [step["id"] for step in planned]
    assert [step["done"] for step in done] == [True] * 3
    assert counted(done) == words
    told = [journal(site, running, 3), journal(site, ended, 4)]
    told += [site.told("opportunity", "show", each) for each in (running, ended)]
    assert NAME not in json.dumps(told)
    assert ("erased", "command") in [(fact["kind"], fact["cause"]) for fact in told[1]]
    shown = site.told("opportunity", "show", ended)
    assert (shown["outcome"], shown["verbatim"]) == ("lost", "[erased]")
    assert until(lambda: site.told(*plan), lambda steps: steps == []) == []
    assert site.done(*ask) == "none\n"


def test_the_words_of_single_facts_are_erased(site: Site, opened: Opened) -> None:
    id = opened()
    said = ("--by", "seller", "--channel", "mail", "--note", "not for here")
    site.done("opportunity", "engage", id, *said, "--summary", "nor this")
    site.done("opportunity", "effort", id, "1.5", "--note", "stays")
    journal(site, id, 3)
    done = site.told("erase", "--opportunity", id, "--notes", "2", *BY)
    assert [(step["facts"], step["sequences"], step["done"]) for step in done] == [(1, [2], True)]
    facts = journal(site, id, 4)
    assert (facts[1]["note"], facts[1]["data"]["summary"]) == ("[erased]", "[erased]")
    assert (facts[2]["note"], facts[3]["kind"]) == ("stays", "erased")


def test_what_cannot_be_erased_is_refused_by_field_and_rule(site: Site, opened: Opened) -> None:
    id = opened()
    journal(site, id, 1)
    for args, words in (
        (("erase", "kim", "--opportunity", id), "refused: actor: required"),
        (
            ("erase", "kim", "--opportunity", id, *BY),
            "refused: stakeholder_id: unknown_stakeholder",
        ),
        (("erase", "kim", "--account", "nobody", *BY), "refused: account_id: unknown_account"),
        (("erase", "x", "--opportunity", "no", *BY), "refused: opportunity_id: unknown_opp"),
        (
            ("erase", "--opportunity", id, "--notes", "1", "--reason", "Kim asked", *BY),
            "refused: reason: malformed",
        ),
    ):
        assert site.refused(*args).startswith(words)
    for usage in (("erase", "kim", *BY), ("erase", "--account", "acme", *BY)):
        assert site.run(*usage).exit_code == 2
