"""Satisfaction and health from the command line to the ledger and back."""

import pytest

from tests.starter.conftest import Site, until

HEALTH = ("account", "health")
SURVEY = ("account", "survey")


@pytest.fixture(scope="module")
def customer(site: Site) -> str:
    """An account of which something is known."""
    id = "customer"
    site.done("account", "open", id, "--name", "Customer", "--segment", "care")
    site.done(*HEALTH, "usage", id, "logins", "--value", "34", "--target", "40")
    site.done(*HEALTH, "score", id, "sentiment", "--value", "0.9")
    site.done(*HEALTH, "sponsor", id, "kim", "--status", "present")
    site.done(*HEALTH, "contact", id, "--channel", "call")
    site.done(*SURVEY, "ask", id, "--survey", "nps")
    said = ("--survey", "nps", "--score", "9", "--respondent", "kim", "--comment", "good")
    site.done(*SURVEY, "answer", id, *said)
    return id


def test_the_health_is_shown_part_by_part(site: Site, customer: str) -> None:
    told = site.told(*HEALTH, "show", customer)
    parts = {each["component"]: each for each in told["components"]}
    assert parts["usage"]["value"] == 0.85
    assert parts["satisfaction"]["readings"] == ["nps 0.90"]
    assert told["score"] == pytest.approx(sum(each["share"] for each in parts.values()), abs=0.01)
    assert told["missing"] == ["commitments", "payments"]
    page = site.done(*HEALTH, "show", customer)
    assert page.startswith("id")
    assert "sponsor 1.00, last_contact 1.00" in page


def test_a_veto_caps_it_and_shows_in_the_list(site: Site, customer: str) -> None:
    site.done(*HEALTH, "payment", customer, "inv-7", "--status", "overdue")
    told = site.told(*HEALTH, "show", customer)
    assert (told["score"], told["vetoes"]) == (0.6, ["payment_overdue"])
    assert told["raw"] > told["score"]
    rows = until(lambda: site.told("account", "list", "--band", "fair"))
    assert [(row["id"], row["health"]) for row in rows] == [(customer, 0.6)]
    site.done(*HEALTH, "payment", customer, "inv-7", "--status", "paid")


def test_who_sees_it_otherwise_stands_beside_it_with_name_and_reason(
    site: Site, customer: str
) -> None:
    said = (*HEALTH, "disagree", customer, "--reason", "they are silent")
    assert site.refused(*said, "--band", "poor").startswith("refused: actor: required")
    site.done(*said, "--band", "poor", "--actor", "jane")
    other = until(
        lambda: site.told(*HEALTH, "show", customer)["disagreement"], lambda told: "by" in told
    )
    assert (other["by"], other["reason"], other["band"]) == ("jane", "they are silent", "poor")
    site.done(*HEALTH, "agree", customer)
    assert "disagreement" not in site.told(*HEALTH, "show", customer)


def test_a_checkpoint_can_be_answered_only_where_one_is_open(site: Site, customer: str) -> None:
    said = site.refused(*HEALTH, "checkpoint", customer, "--verdict", "renew")
    assert said.startswith("refused: contract_id: no_checkpoint_open")


def test_whether_it_tells_who_leaves_needs_checkpoints(site: Site, customer: str) -> None:
    assert site.told(*HEALTH, "backtest") == []
    assert site.run(*HEALTH, "backtest").stderr == "no checkpoint has fallen due yet\n"


def test_surveys_are_listed_with_what_came_of_them(site: Site, customer: str) -> None:
    (row,) = until(lambda: site.told(*SURVEY, "list", customer), lambda rows: rows[0]["answers"])
    assert (row["survey_id"], row["why"], row["status"], row["scores"]) == (
        *("nps-1", "on_request", "answered"),
        [9],
    )
    assert site.done(*SURVEY, "list", "nobody") == "none\n"
    assert "asked_recently" in site.refused(*SURVEY, "ask", customer, "--survey", "csat")


def test_satisfaction_is_told_by_group_with_its_numbers(site: Site, customer: str) -> None:
    until(lambda: site.told(*SURVEY, "list", customer), lambda rows: rows[0]["answers"])
    (row,) = [each for each in site.told("satisfaction", "--by", "segment") if each["group"]]
    assert (row["group"], row["nps"]["score"], row["nps"]["n"]) == ("care", 100.0, 1)
    run = site.run("satisfaction")
    assert run.stdout.split()[:2] == ["csat", "csat_low"]
    assert "fewer than 30 answers" in run.stderr
    assert site.run("satisfaction", "--period", "1999").stderr == (
        "nobody was asked, and nobody has answered\n"
    )
    said = site.refused("satisfaction", "--period", "never")
    assert said.startswith("refused: period: not_a_period")
