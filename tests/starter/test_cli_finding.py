"""Needs, referrals, moves and duplicates on the command line, and what each way of finding is
worth."""

from collections.abc import Callable
from typing import Any

from tests.lives.telling import soon
from tests.starter.conftest import Site, until

EURO = ("--currency", "EUR")
SIGNED = ("--evidence", "signed_contract", "--reference", "C-1")


def account(site: Site, name: str) -> str:
    site.done("account", "open", name, "--name", name)
    return name


def of_rule(site: Site, rule: str) -> dict[str, Any]:
    found = [each for each in site.told("finding") if each["rule"] == rule]
    return dict(found[0]) if found else {}


def test_a_need_waits_is_accepted_and_opens_an_opportunity(site: Site) -> None:
    acme = account(site, "needy")
    said = ("cross_sell", "--product", "Parts", "--words", "for their second plant")
    site.done("account", "need", "report", acme, *said, "--need-id", "parts")
    (waits,) = site.told("account", "need", "list", acme)
    assert (waits["need"], waits["rule"], waits["product"]) == ("parts", "reported", "Parts")
    assert "parts" in site.done("account", "need", "list", acme)
    again = site.refused("account", "need", "report", acme, "cross_sell", "--product", "parts")
    assert again == "refused: need: duplicate (parts)"
    site.done("account", "need", "accept", acme, "parts", "--amount", "400.00", *EURO)
    rows = until(lambda: site.told("opportunity", "list", "--account", acme))
    assert [(row["product"], row["amount"], row["process"]) for row in rows] == [
        ("Parts", "400.00", "expansion")
    ]
    assert site.told("account", "need", "list", acme) == []
    until(lambda: of_rule(site, "reported")["launched"])


def test_a_need_whose_opening_is_refused_waits_and_says_why(site: Site) -> None:
    acme = account(site, "unpriced")
    site.done("account", "need", "report", acme, "expansion", "--product", "Seats")
    (waits,) = until(
        lambda: site.told("account", "need", "list", acme), lambda rows: rows[0]["refused"]
    )
    assert (waits["refused"], waits["launching"]) == ("gate: amount", False)
    site.done("account", "need", "dismiss", acme, waits["need"], "--reason", "no_budget")
    assert site.told("account", "need", "list", acme) == []
    unknown = site.refused("account", "need", "dismiss", acme, "none", "--reason", "no_budget")
    assert unknown == "refused: need_id: unknown_need"


def test_a_referral_waits_in_the_other_account_under_its_name(site: Site) -> None:
    acme = account(site, "referring")
    said = ("--name", "Sister Ltd", "--product", "Lifts", "--said-by", "kim")
    site.done("account", "referral", acme, "sister", *said)
    until(lambda: site.run("account", "show", "sister").exit_code == 0)
    (waits,) = until(lambda: site.told("account", "need", "list", "sister"))
    assert (waits["rule"], waits["kind"]) == ("referral", "new_business")
    assert site.told("account", "show", "sister")["name"] == "Sister Ltd"
    assert of_rule(site, "referral")["waiting"] == 1


def test_an_opportunity_moves_and_its_late_messages_show_in_its_journal(
    site: Site, opened: Callable[..., str]
) -> None:
    here, there = account(site, "here"), account(site, "there")
    id = opened(account=here)
    site.done("account", "move", here, id, "--to", there)
    until(lambda: site.told("opportunity", "list", "--account", there))
    assert site.told("opportunity", "show", id)["account_id"] == there
    assert site.refused("account", "move", here, id, "--to", there).endswith(": not_open")
    site.done("opportunity", "withdraw", id, "--reason", "disqualified")
    until(lambda: id not in site.told("account", "show", there)["open"])

    def written_late() -> list[dict[str, Any]]:
        """Until its workflow has closed, it hears the message itself."""
        site.refused("opportunity", "engage", id, "--by", "buyer", "--channel", "mail")
        facts: list[dict[str, Any]] = site.told("opportunity", "journal", id)
        return facts

    told = until(written_late, lambda facts: facts[-1]["kept_by"])
    assert (told[-1]["kind"], told[-1]["kept_by"]) == ("late_message_kept", there)
    assert "account_changed" in [fact["kind"] for fact in told]
    assert "kept_by" in site.done("opportunity", "journal", id)
    came = site.told("opportunity", "show", id)["came_late"][-1]
    assert (came["kept_by"], came["message"]["kind"]) == (there, "record_engagement")


def test_a_duplicate_is_withdrawn(site: Site, opened: Callable[..., str]) -> None:
    acme = account(site, "twins")
    one, two = opened(account=acme), opened(account=acme)
    site.done("account", "duplicate", acme, two, "--of", one)
    shown = until(lambda: site.told("opportunity", "show", two), lambda shown: shown["outcome"])
    assert (shown["outcome"], shown["reason"]) == ("withdrawn", "duplicate")


def test_what_a_rule_is_worth_is_a_table_and_as_json_its_numbers(site: Site) -> None:
    acme = account(site, "worthy")
    site.done("account", "need", "report", acme, "expansion", "--amount", "900.00", *EURO)
    (row,) = until(lambda: site.told("opportunity", "list", "--account", acme))
    before = of_rule(site, "reported")
    site.done("opportunity", "purchase", row["id"], *SIGNED)
    told = until(lambda: of_rule(site, "reported"), lambda told: told["won"] == before["won"] + 1)
    assert told["amounts"]["EUR"] == "900.00"
    assert told["rate"]["n"] == before["rate"]["n"] + 1
    assert "reported" in site.done("finding", "--rule", "reported")
    nothing = "No rule has fired by then, and nobody has reported a need."
    assert site.done("finding", "--as-of", "2020-01-01").strip() == nothing


def test_an_account_is_merged_into_another_and_says_where_it_went(
    site: Site, opened: Callable[..., str]
) -> None:
    here, there = account(site, "bought"), account(site, "buyer")
    id = opened(account=here)
    terms = ("--start", "2026-01-01", "--length", "10y", "--recurring", "900.00", *EURO)
    site.done("account", "contract", "record", here, "frame", *terms)
    why = ("--actor", "jane", "--note", "one company")
    assert site.refused("account", "merge", here, "--into", here, *why).endswith(": the_same")
    site.done("account", "merge", here, "--into", there, *why)
    shown = until(
        lambda: site.told("account", "show", here), lambda told: told["retired_at"] is not None
    )
    assert shown["standing"]["merged_into"] == there
    assert site.told("opportunity", "show", id)["account_id"] == there
    (held,) = site.told("account", "contract", "list", there)
    assert held["contract"] == "frame"
    promise = ("p-1", "--title", "Call them", "--due", soon(9 * 86_400))
    passed = site.refused("account", "commitment", "make", here, *promise)
    assert passed == f"refused: account_id: passed_on ({there})"
    until(lambda: site.told("account", "commitment", "list", there))
