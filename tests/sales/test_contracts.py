"""Contracts: made by wins, renewed exactly once a term, and over on the day on which they end."""

import json
from datetime import timedelta
from typing import Any, Final

import pytest

from sales.account.contracts.state import MOST_CONTRACTS, recurring, terms
from sales.account.policy import Policy
from sales.account.state import dump_account
from sales.drafts import Broken
from sales.facts import Fact
from sales.values import Money
from tests.sales.contracts_world import POLICY, Customer, day, euros

A_YEAR: Final = {"start": "2026-01-01", "end": "2026-12-31"}
MOMENT: Final = timedelta(microseconds=1)
HOUR: Final = timedelta(hours=1)
LAST: Final = day("2027-01-01") - MOMENT
"""The last instant of that year."""


def bought(**said: Any) -> Customer:
    """An account that has bought a year, from the first day on."""
    acme = Customer()
    acme.launch("o-1", process="new_business", name="x")
    acme.win("o-1", 12_000, contract={**A_YEAR, **said}, product="Lifts")
    return acme


def recorded(**said: Any) -> Customer:
    """An account with a contract that somebody has recorded."""
    acme = Customer()
    found = acme.say("record_contract", **{"contract_id": "c", **A_YEAR, **said})
    assert found[0].kind == "contract_recorded", found
    return acme


def told(fact: Fact, *names: str) -> tuple[Any, ...]:
    return tuple(fact.data.get(name) for name in names)


def test_the_renewal_of_a_win_is_launched_once_ahead_of_the_last_day_of_notice() -> None:
    acme = bought()
    acme.until(LAST - MOMENT)
    (wanted,) = acme.of("opportunity_wanted")
    assert wanted.occurred_at == day("2026-07-05") - MOMENT  # 31 December, 30 and 150 days before
    said = wanted.data["message"]
    assert (wanted.data["why"], wanted.data["cause"]) == ("renewal", "o-1")
    assert (said["opportunity_id"], said["event_id"]) == ("o-1:renewal-2", "renewal:o-1:2")
    assert (said["process"], said["close_date"], said["product"]) == (
        *("renewal", "2026-12-31"),
        "Lifts",
    )
    assert said["recurring"]["amount"] == "12000"
    assert said["amount"] == euros("12000.00")
    assert [*acme.state.open] == ["o-1:renewal-2"]


def test_a_lost_renewal_is_churn_on_the_day_the_term_ends_and_not_before() -> None:
    acme = bought()
    acme.until("2026-10-01")
    acme.end("o-1:renewal-2", "lost", "low_usage")
    acme.until(LAST - MOMENT)
    assert not acme.of("contract_ended")
    acme.until(LAST)
    (over,) = acme.of("contract_ended")
    assert over.occurred_at == LAST
    assert told(over, "reason", "outcome", "attempts", "early") == (
        *("low_usage", "lost", ["o-1:renewal-2"]),
        False,
    )
    assert over.data["recurring"]["amount"] == "12000"
    assert not acme.state.contracts.live


def test_a_successor_of_a_lost_renewal_can_save_the_term_while_it_runs() -> None:
    acme = bought()
    acme.until("2026-10-01")
    acme.end("o-1:renewal-2", "lost")
    acme.ask_again("o-1:renewal-2")
    acme.until("2026-12-01")
    acme.win("o-1:renewal-2~2", 9_000)
    acme.until("2027-01-01")
    (renewed,) = acme.of("term_renewed")
    assert renewed.occurred_at == day("2027-01-01")
    assert told(renewed, "term", "start", "end") == (2, "2027-01-01", "2027-12-31")
    assert (renewed.data["before"]["amount"], renewed.data["recurring"]["amount"]) == (
        "12000",
        "9000",
    )
    assert not acme.of("contract_ended")


def test_a_renewal_that_still_runs_when_the_term_ends_decides_later_and_back_to_that_day() -> None:
    late = {}
    for outcome in ("won", "expired"):
        acme = bought()
        acme.until("2027-01-20")
        (lapsed,) = acme.of("term_lapsed")
        assert (lapsed.occurred_at, lapsed.data["open"]) == (LAST, ["o-1:renewal-2"])
        acme.end("o-1:renewal-2", outcome)
        late[outcome] = acme
    (over,) = late["expired"].of("contract_ended")
    assert (over.occurred_at, over.recorded_at) == (LAST, day("2027-01-20"))
    (renewed,) = late["won"].of("term_renewed")
    assert (renewed.occurred_at, renewed.recorded_at) == (day("2027-01-01"), day("2027-01-20"))
    assert renewed.data["recurring"]["amount"] == "12000"


def test_silence_renews_where_the_contract_says_so() -> None:
    acme = bought(auto_renew=True, notice="90d")
    acme.until("2026-05-06")
    said = acme.of("opportunity_wanted")[0].data["message"]
    assert said["process"] == "renewal_auto"
    assert said["notice_by"] == "2026-10-02T23:59:59.999999Z"  # ninety days before 31 December
    acme.until("2026-10-03")
    acme.win("o-1:renewal-2", 12_000, reason="auto_renewed")
    acme.until("2027-01-01")
    (renewed,) = acme.of("term_renewed")
    assert told(renewed, "reason", "auto_renew", "opportunity_id") == (
        *("auto_renewed", True),
        "o-1:renewal-2",
    )
    acme.until("2027-12-01")
    assert acme.of("opportunity_wanted")[1].data["wanted"] == "renewal:o-1:3"


def test_the_own_terms_of_a_won_renewal_are_those_of_the_next_term() -> None:
    acme = bought()
    acme.until("2026-12-01")
    longer = {"start": "2027-01-01", "end": "2029-12-31", "recurring": euros(15_000)}
    acme.win("o-1:renewal-2", 12_000, contract={**longer, "notice": "60d", "auto_renew": True})
    acme.until("2027-01-01")
    held = acme.state.contracts.live["o-1"]
    assert (held.number, held.length, held.auto_renew) == (2, "36mo", True)
    assert held.span.ends_at == day("2030-01-01") - MOMENT
    assert held.recurring == _euros(15_000)


def test_an_early_signature_replaces_the_running_term_on_its_own_day() -> None:
    acme = bought()
    acme.until("2026-09-01")
    acme.win("o-1:renewal-2", 20_000, contract={"start": "2026-10-01", "end": "2027-09-30"})
    acme.until("2026-10-01")
    (renewed,) = acme.of("term_renewed")
    assert told(renewed, "start", "end") == ("2026-10-01", "2027-09-30")


def test_what_a_clause_of_the_contract_adds_is_told_apart_from_what_was_sold() -> None:
    acme = recorded(recurring=euros(10_000), escalator="0.03", auto_renew=True)
    acme.until("2026-12-01")
    assert acme.of("opportunity_wanted")[0].data["message"]["recurring"]["amount"] == "10300.00"
    acme.win("acme:c:renewal-2", 11_000)
    acme.until("2027-06-15")
    (renewed,) = acme.of("term_renewed")
    assert renewed.data["escalated"]["amount"] == "300.00"
    assert renewed.data["recurring"]["amount"] == "11000"


def test_a_win_of_an_addition_joins_the_contract_of_its_product_and_ends_with_it() -> None:
    acme = bought()
    acme.say("record_contract", contract_id="other", start="2026-02-01", recurring=euros(500))
    acme.launch("more", process="expansion", name="x")
    acme.until("2026-08-01")
    acme.win("more", 3_000, process="expansion", product="Lifts")
    (added,) = acme.of("contract_amended")
    assert told(added, "contract_id", "opportunity_id") == ("o-1", "more")
    assert added.data["recurring"]["amount"] == "15000"
    acme.until("2026-12-01")
    acme.win("o-1:renewal-2", 12_000)  # the sum for which it was launched: nothing else was agreed
    acme.until("2027-01-01")
    assert acme.of("term_renewed")[0].data["recurring"]["amount"] == "15000"
    acme.launch("own", process="expansion", name="x")
    acme.win("own", 700, process="expansion", contract={"start": "2027-02-01", "end": "2027-07-31"})
    assert {"o-1", "other", "own"} == {*acme.state.contracts.live}


def test_an_addition_after_the_renewal_was_agreed_goes_on_into_the_next_term() -> None:
    acme = bought()
    acme.until("2026-12-01")
    acme.win("o-1:renewal-2", 14_000)
    acme.launch("more", process="expansion", name="x")
    acme.win("more", 1_000, process="expansion")
    acme.until("2027-01-01")
    assert acme.of("term_renewed")[0].data["recurring"]["amount"] == "15000"


def test_notice_ends_it_with_its_term_and_tells_the_renewal() -> None:
    acme = bought(auto_renew=True)
    acme.until("2026-11-01")
    (ending,) = acme.say("end_contract", contract_id="o-1", reason="no_budget")
    assert told(ending, "end", "open") == ("2026-12-31", ["o-1:renewal-2"])
    acme.end("o-1:renewal-2", "lost", "no_budget")
    acme.until("2027-06-01")
    (over,) = acme.of("contract_ended")
    assert (over.occurred_at, over.data["reason"]) == (LAST, "no_budget")
    assert not acme.of("term_renewed")


def test_silence_renews_nothing_of_which_notice_was_given() -> None:
    acme = bought(auto_renew=True)
    acme.until("2026-11-01")
    acme.say("end_contract", contract_id="o-1", reason="no_budget")
    acme.win("o-1:renewal-2", 12_000, reason="auto_renewed")
    acme.until("2027-01-01")
    assert [fact.data["reason"] for fact in acme.of("contract_ended")] == ["no_budget"]


def test_a_contract_can_end_before_its_term_does() -> None:
    acme = recorded(recurring=euros(100))
    acme.until("2026-05-01")
    acme.say("end_contract", contract_id="c", reason="out_of_business", end="2026-05-31")
    acme.until("2026-07-01")
    (over,) = acme.of("contract_ended")
    assert (over.occurred_at, over.data["early"]) == (day("2026-06-01") - MOMENT, True)


def test_notice_can_be_taken_back() -> None:
    acme = recorded(recurring=euros(100), auto_renew=True)
    assert acme.refused("amend_contract", contract_id="c", keep=True) == "keep: not_ending"
    acme.say("end_contract", contract_id="c", reason="price")
    acme.say("amend_contract", contract_id="c", keep=True)
    acme.until("2026-12-31")
    acme.win("acme:c:renewal-2", reason="auto_renewed")
    acme.until("2027-01-01")
    assert acme.state.contracts.live["c"].number == 2


def test_a_launch_that_is_refused_is_noticed_and_tried_again_and_not_for_ever() -> None:
    acme = recorded()
    acme.closed = Broken("process", "unknown_process")
    acme.until("2026-08-01")
    refused = acme.of("renewal_refused")
    assert [told(each, "tries", "field", "rule") for each in refused] == [
        (number, "process", "unknown_process") for number in range(1, 6)
    ]
    first = refused[0].occurred_at
    assert [each.occurred_at - first for each in refused] == [
        timedelta(days=number) for number in range(5)
    ]
    assert refused[-1].data.get("again_at") is None
    assert [each.data["wanted"] for each in acme.of("opportunity_wanted")] == [
        *("renewal:c:2", "renewal:c:2:2", "renewal:c:2:3", "renewal:c:2:4", "renewal:c:2:5")
    ]
    acme.until("2027-01-01")
    assert acme.of("contract_ended")[0].data["reason"] == "not_renewed"


def test_a_launch_that_was_refused_once_succeeds_when_it_can() -> None:
    acme = recorded()  # it has no sum, and the process asks for one
    acme.until("2026-07-05")
    assert told(acme.of("renewal_refused")[0], "field", "rule") == ("gate", "amount")
    acme.say("amend_contract", contract_id="c", recurring=euros(100))
    acme.until("2026-07-07")
    assert [*acme.state.open] == ["acme:c:renewal-2"]


def test_a_term_that_is_recorded_late_begins_its_renewal_at_once_and_a_past_one_is_over() -> None:
    acme = Customer("2026-12-30")
    acme.say("record_contract", contract_id="late", recurring=euros(5), **A_YEAR)
    assert [*acme.state.open] == ["acme:late:renewal-2"]
    assert acme.of("opportunity_wanted")[0].occurred_at == day("2026-12-30")
    acme.say("record_contract", contract_id="past", start="2024-01-01", end="2024-12-31")
    assert "past" not in acme.state.contracts.live
    assert acme.of("contract_ended")[0].occurred_at == day("2025-01-01") - MOMENT


def test_terms_that_were_missed_are_all_recorded_in_their_order_and_at_their_instants() -> None:
    acme = Customer(policy=_policy(lead="5d", notice="5d", term="1mo", auto_renew=True))
    acme.say("record_contract", contract_id="c", start="2026-01-01", recurring=euros(10))
    acme.asleep("2026-07-15")
    renewed = acme.of("term_renewed")
    assert [fact.data["term"] for fact in renewed] == [2, 3, 4, 5, 6, 7]
    assert [fact.occurred_at for fact in renewed] == [day(f"2026-{n:02}-01") for n in range(2, 8)]
    decided = [fact.occurred_at for fact in acme.of("renewal_decided")]
    assert decided == sorted(decided)
    acme = recorded(recurring=euros(10))
    acme.asleep("2027-05-01")
    assert [each.kind for each in acme.facts[-1:]] == ["contract_ended"]


def test_nothing_is_launched_twice_however_often_a_term_is_looked_at() -> None:
    acme = bought()
    for month in range(2, 13):
        acme.until(f"2026-{month:02}-01")
        acme.end("o-1", "won", "best_fit", recurring=euros(12_000))
        acme.say("amend", tier=f"t{month}")
    assert len(acme.of("opportunity_wanted")) == 1
    assert len(acme.of("contract_recorded")) == 1


def test_a_win_that_is_won_once_more_changes_its_contract_and_makes_no_second_one() -> None:
    acme = bought()
    acme.win("o-1~2", 13_000)
    assert [*acme.state.contracts.live] == ["o-1"]
    assert acme.of("contract_amended")[0].data["recurring"]["amount"] == "13000"
    acme.until("2026-12-01")
    acme.win("o-1:renewal-2", 13_000)
    acme.until("2027-02-01")
    acme.win("o-1:renewal-2~2", 11_000)
    assert acme.state.contracts.live["o-1"].recurring == _euros(11_000)
    acme.until("2027-03-01")
    assert acme.end("o-1:renewal-2~3", "lost")[-1].kind == "opportunity_ended"


def test_a_customer_who_comes_back_has_another_contract() -> None:
    acme = bought()
    acme.until("2026-12-01")
    acme.end("o-1:renewal-2", "lost")
    acme.until("2027-01-01")
    acme.win("o-1:renewal-2~2", 8_000, contract={"start": "2027-02-01", "end": "2028-01-31"})
    assert [*acme.state.contracts.live] == ["o-1:renewal-2"]
    acme.win("o-1~2", 8_000)
    assert {*acme.state.contracts.live} == {"o-1:renewal-2", "o-1~2"}
    acme.until("2027-12-01")
    ids = [each.data["message"]["opportunity_id"] for each in acme.of("opportunity_wanted")]
    assert "o-1:renewal-2:renewal-2" in ids
    assert not any("~" in id for id in ids)
    assert max(map(len, ids)) <= 80


@pytest.mark.parametrize("contract", ["c" * 80, "c-1"])
def test_the_ids_of_a_renewal_are_made_of_contract_and_term_and_short_enough(contract: str) -> None:
    acme = recorded(contract_id=contract, recurring=euros(1), auto_renew=True)
    acme.until("2026-12-01")
    (id,) = acme.state.open
    assert len(id) <= 80
    again = recorded(contract_id=contract, recurring=euros(1), auto_renew=True)
    again.until("2026-12-01")
    assert {*again.state.open} == {id}


RENEWALS = [
    ("2028-02-29", "2029-02-27", ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
    ("2028-02-29", "2029-02-28", ["2029-03-01", "2030-03-01", "2031-03-01", "2032-03-01"]),
    ("2027-01-31", "2027-02-27", ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
    ("2027-01-01", "2028-01-01", ["2028-01-02", "2029-01-02", "2030-01-02", "2031-01-02"]),
    ("2027-01-01", "2027-01-10", ["2027-01-11", "2027-01-21", "2027-01-31", "2027-02-10"]),
    ("2027-03-01", "2028-02-29", ["2028-03-01", "2029-03-01", "2030-03-01", "2031-03-01"]),
]


@pytest.mark.parametrize(("start", "end", "starts"), RENEWALS)
def test_a_term_renews_on_the_same_day_again(start: str, end: str, starts: list[str]) -> None:
    acme = Customer(start)
    acme.say("record_contract", contract_id="c", start=start, end=end, auto_renew=True)
    acme.asleep("2033-03-01" if start < "2027-01-02" or start > "2027-02-01" else "2032-02-01")
    assert [fact.data["start"] for fact in acme.of("term_renewed")][: len(starts)] == starts


def test_a_day_lasts_until_its_end_in_the_time_zone_of_the_contract() -> None:
    acme = recorded(time_zone="America/New_York", recurring=euros(1))
    acme.until("2027-02-01")
    assert acme.of("opportunity_wanted")[0].occurred_at.isoformat().startswith("2026-07-05T03:59")
    assert acme.of("term_lapsed")[0].occurred_at == day("2027-01-01") + 5 * HOUR - MOMENT


def test_terms_of_seconds_renew_to_the_instant() -> None:
    policy = _policy(term="4s", notice="1s", lead="1s", renewal="demo", renewal_auto="demo")
    acme = Customer(policy=policy)
    acme.win("o-1", 100)
    for number in range(2, 42):
        due = day("2026-01-01") + timedelta(seconds=4) * (number - 1)
        acme.until(due - MOMENT)
        acme.win(f"o-1:renewal-{number}", 100)
        acme.until(due)
        assert acme.state.contracts.live["o-1"].number == number
    assert len(acme.of("opportunity_wanted")) == 40
    assert [fact.occurred_at for fact in acme.of("term_renewed")] == [
        day("2026-01-01") + timedelta(seconds=4) * number for number in range(1, 41)
    ]


def test_a_policy_says_what_a_contract_does_not() -> None:
    acme = Customer(policy=_policy(auto_renew=True, notice="60d", term="3mo"))
    acme.win("o-1", 100)
    held = acme.state.contracts.live["o-1"]
    assert (held.auto_renew, held.span.ends_at) == (True, day("2026-04-01") - MOMENT)
    assert acme.of("opportunity_wanted")[0].data["message"]["notice_by"].startswith("2026-01-30")


def test_without_a_policy_nothing_is_made_of_a_win_and_nothing_can_be_recorded() -> None:
    acme = Customer(policy=None)
    acme.win("o-1", 12_000, contract=A_YEAR)
    assert acme.facts[-1].kind == "opportunity_ended"
    assert acme.refused("record_contract", contract_id="c", **A_YEAR) == "policy: required"


RULES: Final[list[tuple[str, dict[str, Any], str]]] = [
    ("record_contract", {"contract_id": "o~2"}, "contract_id: reserved_character"),
    ("record_contract", {"contract_id": "c"}, "contract_id: recorded_already"),
    ("record_contract", {"contract_id": "d", "end": "2025-12-31"}, "end: before_the_start"),
    (
        "record_contract",
        {"contract_id": "d", "start": "1990-01-01", "length": "1mo"},
        "end: too_long_ago",
    ),
    (
        "record_contract",
        {"contract_id": "d", "end": "2026-12-31T00:00:00Z"},
        "end: not_like_the_start",
    ),
    ("record_contract", {"contract_id": "d", "length": "a year"}, "length: not_a_length"),
    ("record_contract", {"contract_id": "d", "length": "400y"}, "length: out_of_range"),
    ("amend_contract", {"contract_id": "d"}, "contract_id: unknown_contract"),
    ("amend_contract", {}, "body: nothing_to_amend"),
    ("amend_contract", {"end": "2026-02-01"}, "end: in_the_past"),
    ("amend_contract", {"end": "2027-02-01T00:00:00Z"}, "end: not_like_the_start"),
    (
        "amend_contract",
        {"recurring": {"amount": "1", "currency": "USD"}},
        "recurring: mixed_currencies",
    ),
    (
        "amend_contract",
        {"recurring": euros(1), "escalated": True},
        "escalated: needs_a_higher_sum",
    ),
    (
        "amend_contract",
        {"recurring": euros(1), "occurred_at": "2025-03-01T00:00:00Z"},
        "occurred_at: before_the_term",
    ),
    ("end_contract", {"reason": "price", "end": "2027-01-01"}, "end: after_the_term"),
    ("end_contract", {"reason": "price", "end": "2025-01-01"}, "end: before_the_term"),
]


@pytest.mark.parametrize(("kind", "body", "rule"), RULES)
def test_what_breaks_a_rule_is_refused_by_field_and_rule(
    kind: str, body: dict[str, Any], rule: str
) -> None:
    acme = recorded(recurring=euros(10))
    acme.until("2026-03-01")
    whole = {"contract_id": "c", **(A_YEAR if kind == "record_contract" else {}), **body}
    if body.get("start"):
        whole.pop("end")
    assert acme.refused(kind, **whole) == rule


def test_an_account_keeps_a_bounded_number_of_contracts_and_says_so() -> None:
    acme = Customer()
    for number in range(MOST_CONTRACTS):
        acme.say("record_contract", contract_id=f"c{number}", recurring=euros(1), **A_YEAR)
    one_more = {"contract_id": "more", **A_YEAR}
    assert acme.refused("record_contract", **one_more) == "contract_id: too_many_contracts"
    assert acme.win("o-1", 5)[-1].kind == "contract_untracked"
    acme.end("acme:c1:renewal-2", "lost")
    acme.say("end_contract", contract_id="c0", reason="price", end="2026-01-01")
    acme.until("2026-01-02")
    assert acme.refused("record_contract", contract_id="c0", **A_YEAR) == (
        "contract_id: ended_already"
    )


def test_what_runs_is_told_with_its_ends_and_its_sums() -> None:
    acme = recorded(recurring=euros(10))
    acme.say("record_contract", contract_id="later", start="2026-07-01", recurring=euros(5))
    acme.say("record_contract", contract_id="d", recurring=None, start="2026-01-01", length="1mo")
    found = terms(acme.state.contracts)
    assert [(term.contract_id, term.number) for term in found] == [("d", 1), ("c", 1), ("later", 1)]
    assert recurring(acme.state.contracts, acme.now) == {"EUR": 10}
    assert recurring(acme.state.contracts, day("2026-07-01")) == {"EUR": 15}


def _policy(**contracts: Any) -> Policy:
    assert POLICY
    plain = POLICY.model_dump(mode="json")
    return Policy.model_validate({**plain, "contracts": {**plain["contracts"], **contracts}})


def _euros(amount: int) -> Money:
    return Money.model_validate(euros(amount))


def test_what_is_carried_of_forty_terms_and_thirty_contracts_is_small() -> None:
    acme = Customer()
    for number in range(MOST_CONTRACTS):
        name = f"{number}-{'c' * 77}"
        body = {"contract_id": name, "recurring": euros(1), "product": "p" * 200, **A_YEAR}
        acme.say("record_contract", auto_renew=True, **body)
    acme.until("2026-12-01")
    assert len(acme.state.open) == MOST_CONTRACTS
    assert len(json.dumps(dump_account(acme.state)["contracts"])) < 40_000
