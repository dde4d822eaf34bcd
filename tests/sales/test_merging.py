"""However messages cross on their way, and however often each is told, what two accounts had is in
one of them when they have become one: nothing is lost, and nothing is doubled."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sales.account.decide import retired
from sales.account.merging.rules import retires
from sales.account.parts import told_others
from sales.account.state import Account, dump_account, load_account
from sales.erasing import ERASED, Erasure
from sales.facts import Fact
from sales.telling import Telling
from tests.sales.contracts_world import Customer, euros

A: Final = "acme"
B: Final = "globex"
WHO: Final = {"actor": "jane", "note": "they are one company"}
CALL: Final = {"kind": "record_engagement", "body": {"origin": "buyer", "channel": "mail"}}


class Pair:
    """Two accounts and the opportunities of the first, which change their account when they are
    told to. Who tells several things tells them in order, and now and then one of them again."""

    def __init__(self, seed: int = 0) -> None:
        self.dice = Random(seed)
        self.sides = {id: Customer(id=id) for id in (A, B)}
        self.children = dict[str, str]()
        self.done = set[str]()
        self.queues = dict[str, list[tuple[str, Telling]]]()
        self.told = list[tuple[str, Telling]]()
        self.heard = {A: 1, B: 1}
        self.number = 0

    def __getitem__(self, id: str) -> Account:
        return self.sides[id].state

    def kinds(self, id: str) -> Counter[str]:
        return Counter(fact.kind for fact in self.sides[id].facts)

    def hear(self, id: str, kind: str, body: dict[str, Any]) -> tuple[Fact, ...]:
        """One account hears it; what time and the account itself do comes before and after."""
        side = self.sides[id]
        side.now = max(each.now for each in self.sides.values())
        found = side.say(kind, **body)
        self.gather(id)
        return found

    def say(self, id: str, kind: str, **body: Any) -> tuple[Fact, ...]:
        """Somebody says it, under an id of its own."""
        self.number += 1
        return self.hear(id, kind, {"event_id": f"said-{self.number}", **body})

    def gather(self, id: str) -> None:
        """Put on its way what the account tells, and end it if nothing is left in it."""
        side = self.sides[id]
        while True:
            side.look()
            if not retires(side.state):
                break
            side.keep(retired(side.state, side.now))
        new, self.heard[id] = side.facts[self.heard[id] :], len(side.facts)
        for fact in new:
            if fact.kind in ("opportunity_launched", "opportunity_adopted"):
                self.children.setdefault(fact.data["opportunity_id"], id)
            queue = self.queues.setdefault(id, [])
            there = (A, B, *self.children)
            queue += [(id, each) for each in told_others(id, fact) if each.id in there]

    def end(self, child: str, outcome: str, **more: Any) -> None:
        """It ends, and tells the account that it knows as its own."""
        if child not in self.done:
            self.done.add(child)
            body = {"event_id": f"end:{child}", "opportunity_id": child, "outcome": outcome}
            body |= {"reason": "price", "process": "new_business", **more}
            self.put(child, Telling("account", self.children[child], "opportunity_ended", body))

    def put(self, teller: str, telling: Telling) -> None:
        self.queues.setdefault(teller, []).append((teller, telling))

    def deliver(self) -> bool:
        """One message arrives; whether there was one."""
        if self.told and self.dice.random() < 0.3:
            self.arrive(*self.dice.choice(self.told))  # again
        queues = [queue for queue in self.queues.values() if queue]
        if queues:
            message = self.dice.choice(queues).pop(0)
            self.told.append(message)
            self.arrive(*message)
        return bool(queues)

    def arrive(self, teller: str, telling: Telling) -> None:
        if telling.to == "account":
            self.hear(telling.id, telling.kind, telling.body)
            return
        before, to = telling.body["from_account"], telling.body["account_id"]
        if telling.id in self.done or self.children[telling.id] != before:
            return
        self.children[telling.id] = to
        about = {"opportunity_id": telling.id}
        mark = telling.body["event_id"]
        taken = {**about, "process": "renewal", "from_account": before, "event_id": f"a:{mark}"}
        self.put(telling.id, Telling("account", to, "adopt_opportunity", taken))
        gone = {**about, "to_account": to, "event_id": f"r:{mark}"}
        self.put(telling.id, Telling("account", before, "release_opportunity", gone))

    def settle(self) -> None:
        """Until nothing is on its way."""
        while self.deliver():
            pass


def with_something(pair: Pair) -> Pair:
    """Both have contracts and promises, of which one is called the same in both."""
    for id, contracts in ((A, ("c-1", "c-2")), (B, ("c-1",))):
        for contract in contracts:
            sum_ = euros(1200 if id == A else 700)
            start = "2025-12-01"
            pair.say(id, "record_contract", contract_id=contract, start=start, recurring=sum_)
    pair.say(A, "make_commitment", commitment_id="p-1", title="Train them", due="2026-09-01")
    return pair


acts = st.sampled_from(
    ["contract", "promise", "open", "end", "win", "amend", "met", "late", "wait", "", "", ""]
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**24 - 1), st.lists(acts, max_size=14), st.lists(acts, max_size=14))
def test_whatever_crosses_a_merge_all_that_was_there_is_in_one_account(
    seed: int, before: list[str], after: list[str]
) -> None:
    pair = with_something(Pair(seed))
    for act in before:
        play(pair, act)
    pair.say(A, "merge_into", into=B, **WHO)
    for act in after:
        play(pair, act)
    pair.settle()

    acme, globex = pair[A], pair[B]
    assert acme.retired_at
    assert (acme.open, acme.contracts.live, acme.commitments) == ({}, {}, {})
    assert globex.merging.coming == ()
    running = {child for child in pair.children if child not in pair.done}
    assert set(globex.open) == running
    assert {pair.children[child] for child in running} <= {B}
    learned = Counter(
        fact.data["opportunity_id"]
        for side in pair.sides.values()
        for fact in side.of("opportunity_ended")
    )
    assert learned == dict.fromkeys(pair.done, 1)
    journals = [side.facts for side in pair.sides.values()]
    recorded = sum(kinds["contract_recorded"] for kinds in map(pair.kinds, (A, B)))
    over = sum(kinds["contract_ended"] for kinds in map(pair.kinds, (A, B)))
    assert len(globex.contracts.live) == recorded - over
    made = sum(fact.kind == "commitment_made" for facts in journals for fact in facts)
    settled = sum(fact.kind == "commitment_met" for facts in journals for fact in facts)
    assert len(globex.commitments) == made - settled
    left = Counter(
        tuple(sorted(fact.data["contracts"])) for fact in pair.sides[A].of("handed_over")
    )
    assert sum(left.values()) == pair.kinds(B)["taken_over"]
    for held in globex.contracts.live.values():
        assert not held.renewal.coming
    for state in (acme, globex):
        assert load_account(dump_account(state)) == state


def play(pair: Pair, act: str) -> None:
    """Something happens, or something that is on its way arrives."""
    dice = pair.dice
    open_ = sorted(set(pair.children) - pair.done)
    pair.number += 1
    if act == "contract":
        pair.say(A, "record_contract", contract_id=f"x-{pair.number}", start="2026-01-01")
    elif act == "promise":
        id = f"q-{pair.number}"
        pair.say(A, "make_commitment", commitment_id=id, title="Call", due="2029-01-01")
    elif act == "open":
        id = f"o-{pair.number}"
        pair.put(id, Telling("account", A, "adopt_opportunity", adopting(pair, id)))
    elif act in ("end", "win") and open_:
        pair.end(dice.choice(open_), "lost" if act == "end" else "won")
    elif act == "amend":
        pair.say(A, "amend_contract", contract_id="c-2", recurring=euros(dice.randint(1, 9)))
    elif act == "met":
        pair.say(A, "meet_commitment", commitment_id="p-1")
    elif act == "late":
        pair.say(A, "late_message", opportunity_id="gone", message=CALL)
    elif act == "wait":
        pair.sides[A].now += timedelta(days=dice.choice((1, 40, 200)))
        for id in (A, B):
            pair.sides[id].now = pair.sides[A].now
            pair.gather(id)
    else:
        pair.deliver()


def adopting(pair: Pair, id: str) -> dict[str, Any]:
    pair.children[id] = A
    return {"event_id": f"adopt:{id}", "opportunity_id": id, "process": "new_business"}


def merged(pair: Pair) -> Pair:
    pair.say(A, "merge_into", into=B, **WHO)
    pair.settle()
    assert pair[A].retired_at
    return pair


def test_a_contract_and_a_promise_go_with_all_that_is_known_of_them() -> None:
    pair = with_something(Pair())
    pair.say(A, "amend_contract", contract_id="c-2", escalator="0.03", notice="60d")
    pair.say(A, "pause_commitment", commitment_id="p-1", note="they wait")
    contract, promise = pair[A].contracts.live["c-2"], pair[A].commitments["p-1"]
    merged(pair)
    there = pair[B].contracts.live["c-2"]
    assert there._replace(stem=None) == contract
    assert pair[B].commitments == {"p-1": promise}
    (end,) = pair.sides[A].of("account_retired")
    assert end.data == {"left_open": [], "reason": "merged", "into": B}


def test_what_is_called_alike_in_both_keeps_apart_and_is_still_known_by_its_old_name() -> None:
    pair = merged(with_something(Pair()))
    assert set(pair[B].contracts.live) == {"c-1", "c-1:acme", "c-2"}
    pair.say(A, "amend_contract", contract_id="c-1", recurring=euros(5))
    pair.settle()
    sums = {
        id: held.recurring and held.recurring.amount for id, held in pair[B].contracts.live.items()
    }
    assert sums == {"c-1": 700, "c-1:acme": 5, "c-2": 1200}


def test_a_renewal_that_runs_follows_its_contract_and_renews_it_there() -> None:
    pair = with_something(Pair())
    pair.sides[A].until("2026-07-15")
    pair.gather(A)
    pair.settle()
    renewals = sorted(pair[A].open)
    assert [id.partition(":renewal")[0] for id in renewals] == ["acme:c-1", "acme:c-2"]
    pair.say(A, "merge_into", into=B, **WHO)
    while not pair[B].contracts.live.get("c-2"):
        pair.deliver()
    for side in pair.sides.values():
        side.now += timedelta(days=400)  # the term is over before its renewal has come
    pair.gather(B)
    assert "c-2" in pair[B].contracts.live
    pair.settle()
    assert set(renewals) <= set(pair[B].open)
    pair.end("acme:c-2:renewal-2", "won", recurring=euros(1300))
    pair.settle()
    held = pair[B].contracts.live["c-2"]
    assert (held.number, str(held.recurring and held.recurring.amount)) == (2, "1300")


def test_the_next_renewal_is_launched_there_once_and_under_the_id_it_would_have_had() -> None:
    pair = merged(with_something(Pair()))
    pair.sides[B].until("2026-12-01")
    launched = [fact.data["opportunity_id"] for fact in pair.sides[B].of("opportunity_launched")]
    assert sorted(launched) == [
        *("acme:c-1:renewal-2", "acme:c-2:renewal-2", "globex:c-1:renewal-2"),
    ]


def test_what_is_said_to_a_merged_account_the_other_one_hears_once() -> None:
    pair = merged(with_something(Pair()))
    said = {"contract_id": "c-9", "start": "2026-01-01", "event_id": "crm-9"}
    for _ in range(2):
        pair.hear(A, "record_contract", said)
    pair.hear(B, "record_contract", said)
    pair.settle()
    assert pair.kinds(A)["message_passed_on"] == 1
    recorded = [fact for fact in pair.sides[B].of("contract_recorded") if fact.event_id == "crm-9"]
    assert len(recorded) == 1
    pair.say(A, "amend", name="Acme for ever")
    pair.say(A, "set_policy", policy="standard")
    pair.settle()
    assert [fact.data["rule"] for fact in pair.sides[A].of("refused")] == ["merged", "merged"]
    assert pair[B].name == B


def test_an_opportunity_that_ends_before_it_has_moved_is_the_other_accounts_end() -> None:
    pair = with_something(Pair())
    pair.hear(A, "adopt_opportunity", adopting(pair, "o-1"))
    pair.say(A, "merge_into", into=B, **WHO)
    while not pair[A].merging.agreed:
        pair.deliver()
    promises = {"o1": "halve the time to quote"}
    pair.end("o-1", "won", recurring=euros(100), promises=promises)
    pair.settle()
    assert pair.kinds(A)["opportunity_ended"] == 0
    assert "o-1" in pair[B].contracts.live
    assert "o-1:o1" in pair[B].commitments


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"into": A, **WHO}, "into: the_same"),
        ({"into": B, "note": "why"}, "actor: required"),
        ({"into": B, "actor": "jane"}, "note: required"),
    ],
)
def test_a_merge_says_who_and_why_and_into_another(said: dict[str, Any], rule: str) -> None:
    assert Customer().refused("merge_into", **said) == rule


def test_one_merge_at_a_time() -> None:
    acme = Customer()
    acme.say("merge_into", into=B, **WHO)
    assert acme.refused("merge_into", into="initech", **WHO) == "account_id: merge_under_way"
    assert acme.refused("retire", reason="they closed") == "account_id: merge_under_way"
    acme.say("take_account", from_account="initech")
    assert acme.facts[-1].data["rule"] == "merging"
    acme.say("answer_merge", into=B, rule="retired")
    assert acme.facts[-1].kind == "merge_declined"
    acme.say("take_account", from_account="initech")
    assert acme.facts[-1].kind == "merge_accepted"
    assert acme.refused("merge_into", into=B, **WHO) == "account_id: merge_under_way"
    acme.say("join_account", from_account="initech")
    acme.say("retire", reason="they closed")
    assert acme.refused("merge_into", into=B, **WHO) == "account_id: retired"
    acme.say("take_account", from_account="initech")
    assert acme.facts[-1].data["rule"] == "retired"


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"contracts": [f"c-{number}" for number in range(31)]}, "too_many_contracts"),
        ({"commitments": [f"p-{number}" for number in range(61)]}, "too_many_commitments"),
        ({"letters": 10_001}, "too_many_commitments"),
        ({"open": 2_001}, "too_many_open"),
    ],
)
def test_what_would_be_too_much_for_one_account_stays_in_two(
    asked: dict[str, Any], rule: str
) -> None:
    globex = Customer(id=B)
    globex.say("take_account", from_account=A, **asked)
    assert globex.facts[-1].data == {"from_account": A, "rule": rule}


def test_an_account_without_a_policy_takes_nothing_that_it_could_not_look_after() -> None:
    globex = Customer(id=B, policy=None)
    globex.say("take_account", from_account=A, contracts=["c-1"])
    assert globex.facts[-1].data["rule"] == "no_policy"
    globex.say("take_account", from_account=A)
    assert globex.facts[-1].kind == "merge_accepted"


def test_what_nobody_has_asked_for_is_refused() -> None:
    acme = Customer()
    assert acme.refused("answer_merge", into=B) == "into: not_asked"
    assert acme.refused("take_over", from_account=B, handover=1) == "from_account: not_expected"
    assert acme.refused("confirm_take_over", into=B, handover=1) == "handover: not_awaited"
    assert acme.refused("join_account", from_account=B) == "from_account: not_expected"


def test_sixty_promises_and_thirty_contracts_go_in_pieces_that_fit() -> None:
    pair = Pair()
    for number in range(30):
        sum_ = euros(100)
        said = {"start": "2026-01-01", "recurring": sum_, "product": "x" * 200}
        pair.say(A, "record_contract", contract_id=f"{number:079}c", **said)
    for number in range(60):
        pair.say(
            A, "make_commitment", commitment_id=f"p-{number}", title="y" * 150, due="2027-01-01"
        )
    merged(pair)
    pieces = [len(str(fact.data)) for fact in pair.sides[A].of("handed_over")]
    assert len(pieces) == 5
    assert max(pieces) < 30_000
    assert (len(pair[B].contracts.live), len(pair[B].commitments)) == (30, 60)


def test_the_words_of_a_promise_can_be_erased_in_both_journals() -> None:
    pair = merged(with_something(Pair()))
    asked = Erasure({"details": ["commitments.p-1"]})
    for id, kind in ((A, "handed_over"), (B, "taken_over")):
        (fact,) = (each for each in pair.sides[id].of(kind) if each.data["commitments"])
        redacted = asked.redacted(fact)
        assert redacted.data["commitments"]["p-1"]["title"] == ERASED
