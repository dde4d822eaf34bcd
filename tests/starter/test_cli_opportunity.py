"""Every word that is said to an opportunity, from the command line to the ledger and back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.starter.conftest import Site, until

Opened = Callable[..., str]


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_an_opened_opportunity_is_shown_by_its_workflow_with_stable_keys(
    site: Site, opened: Opened
) -> None:
    id = opened(
        *("--amount", "1000.10", "--currency", "EUR", "--close-date", day(60)),
        *("--objective", "fewer errors", "--stakeholder", "jo:champion:Jo Doe", "--owner", "jane"),
    )
    shown = site.told("opportunity", "show", id)
    assert (shown["id"], shown["stage"], shown["outcome"], shown["reason"]) == (
        *(id, "first"),
        *(None, None),
    )
    assert (shown["amount"], shown["currency"], shown["owner"]) == ("1000.10", "EUR", "jane")
    assert (shown["sequence"], shown["refusals"], shown["source"]) == (1, 0, "workflow")
    assert shown["clock"] == "buyer_silence"
    assert datetime.fromisoformat(shown["deadline"]) > datetime.now(UTC) + timedelta(days=19)
    assert shown["stakeholders"]["jo"] | {"stance": "", "last_contact_at": ""} == {
        "name": "Jo Doe",
        "role": "champion",
        "stance": "",
        "last_contact_at": "",
    }


def test_a_stage_change_is_told_with_its_receipt(site: Site, opened: Opened) -> None:
    id = opened("--amount", "5", "--currency", "EUR")
    receipt = site.told("opportunity", "stage", id, "second", "--event-id", "e-1")
    assert receipt["accepted"]
    assert (receipt["event_id"], receipt["event_id_made_up"]) == ("e-1", False)
    assert (receipt["stage"], receipt["sequence"]) == ("second", 2)


def test_the_same_event_told_twice_counts_once(site: Site, opened: Opened) -> None:
    id = opened()
    for _ in range(2):
        receipt = site.told("opportunity", "effort", id, "1.25", "--event-id", "e-1")
    assert receipt["duplicate"]
    assert site.told("opportunity", "show", id)["effort"] == "1.25"


def test_an_event_id_that_was_made_up_is_said_to_be(site: Site, opened: Opened) -> None:
    id = opened()
    assert "(made up)" in site.done("opportunity", "effort", id, "1")


def test_a_gate_is_passed_by_an_override_that_says_who_and_why(site: Site, opened: Opened) -> None:
    id = opened()
    site.done(
        *("opportunity", "stage", id, "second", "--override"),
        *("--actor", "jane", "--note", "the sum comes tomorrow"),
    )
    assert site.told("opportunity", "show", id)["overrides"] == 1


def test_a_buyers_word_moves_the_deadline_and_can_be_corrected(site: Site, opened: Opened) -> None:
    id = opened()
    before = site.told("opportunity", "show", id)["deadline"]
    said = ("--by", "buyer", "--channel", "call", "--summary", "they are keen")
    receipt = site.told("opportunity", "engage", id, *said)
    assert receipt["deadline"] > before
    site.done("opportunity", "correct", id, str(receipt["sequence"]), "--void")
    assert site.told("opportunity", "show", id)["deadline"] == before


def test_details_are_amended_by_options_and_by_a_merge_patch(site: Site, opened: Opened) -> None:
    id = opened()
    patch = {"competitors": {"them": {"name": "Them"}}, "owner": "john"}
    said = ("--amount", "7.50", "--currency", "USD", "--recurring", "2.50", "--owner", "jane")
    site.done("opportunity", "amend", id, *said, "--set", json.dumps(patch))
    shown = site.told("opportunity", "show", id)
    assert (shown["amount"], shown["recurring"], shown["owner"]) == ("7.50", "2.50", "jane")
    assert shown["competitors"]["them"]["name"] == "Them"


def test_a_yes_opens_the_action_window_and_the_purchase_wins(site: Site, opened: Opened) -> None:
    id = opened()
    receipt = site.told("opportunity", "decide", id, "yes", "--reason", "best_fit")
    assert receipt["clock"] == "action_window"
    site.done(
        *("opportunity", "purchase", id, "--evidence", "purchase_order", "--reference", "PO-1"),
        *("--amount", "900.00", "--currency", "EUR"),
    )
    shown = site.told("opportunity", "show", id)
    assert (shown["outcome"], shown["reason"], shown["amount"]) == ("won", "best_fit", "900.00")


def test_an_ended_opportunity_is_shown_by_the_ledger(site: Site, opened: Opened) -> None:
    id = opened()
    site.done("opportunity", "withdraw", id, "--reason", "disqualified", "--verbatim", "too small")
    shown = ended(site, id)
    assert (shown["outcome"], shown["verbatim"]) == ("withdrawn", "too small")
    assert shown["deadline"] is None


def ended(site: Site, id: str) -> dict[str, Any]:
    """The opportunity once its workflow is done."""
    found: dict[str, Any] = until(
        lambda: site.told("opportunity", "show", id), lambda shown: shown["source"] == "ledger"
    )
    return found


def test_a_message_for_an_ended_opportunity_is_refused_and_kept_by_its_account(
    site: Site, opened: Opened
) -> None:
    site.done("account", "open", "late", "--name", "Late")
    id = opened(account="late")
    site.done("opportunity", "decide", id, "no", "--reason", "status_quo")
    ended(site, id)
    words = site.refused("opportunity", "effort", id, "1")
    assert words == "refused: opportunity_id: ended (it has ended; account late keeps the message)"
    assert site.told("account", "show", "late")["late"] == 1


def test_a_reopened_opportunity_has_a_successor(site: Site, opened: Opened) -> None:
    id = opened()
    site.done("opportunity", "decide", id, "no", "--reason", "status_quo")
    ended(site, id)
    receipt = site.told("opportunity", "reopen", id, "--reason", "budget came back")
    assert receipt["workflow_id"] == f"opportunity:{id}~2"
    shown = site.told("opportunity", "show", f"{id}~2")
    assert (shown["attempt"], shown["predecessor_id"]) == (2, id)
    assert site.told("opportunity", "show", id)["outcome"] == "lost"


def test_the_close_date_is_extended_within_the_budget(site: Site, opened: Opened) -> None:
    id = opened("--close-date", day(10))
    site.done("opportunity", "extend", id, day(15), "--reason", "the board is late")
    shown = site.told("opportunity", "show", id)
    assert (shown["close_date"], shown["extensions"]) == (day(15), 1)


def test_it_is_parked_and_woken(site: Site, opened: Opened) -> None:
    id = opened()
    receipt = site.told("opportunity", "park", id, day(30), "--reason", "new budget year")
    assert receipt["clock"] == "end_by"
    assert site.told("opportunity", "unpark", id)["clock"] == "buyer_silence"


def test_it_is_migrated_to_another_version_of_its_process(site: Site, opened: Opened) -> None:
    site.done("account", "open", "older", "--name", "Older")
    id = opened(account="older")
    assert site.told("opportunity", "show", id)["process_version"] == 2
    site.done("opportunity", "migrate", id, "1")
    assert site.told("opportunity", "show", id)["process_version"] == 1
