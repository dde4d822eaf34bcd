"""However messages cross on their way, an opportunity is one account's, and that one learns its
end."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from sales.account.decide import decide_account, folded, managed, open_account
from sales.account.messages import ACCOUNT_KINDS
from sales.account.parts import told_others
from sales.account.policy import Policy
from sales.account.state import Account
from sales.facts import Fact
from sales.outcome import record_of
from sales.reading import read
from tests.sales.found import POLICY
from tests.sales.world import START, World

ID: Final = "o-1"
Message = tuple[str, str, str, dict[str, Any]]
"""To an `account` or an `opportunity`, which one, the kind, the body."""


class Network:
    """Three accounts and one opportunity of the first; who tells several things tells them in
    order, and now and then one of them again."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.accounts = dict[str, Account]()
        self.journals = dict[str, list[Fact]]()
        self.on_the_way = dict[str, list[Message]]()
        self.told = list[Message]()
        policy = Policy.model_validate(POLICY)
        for id in ("a-1", "a-2", "a-3"):
            state, _ = open_account(id, START)
            self.accounts[id] = folded(state, managed(state, START, policy))
            self.journals[id] = []
        self.world = World()
        self.hear("a-1", "adopt_opportunity", {"opportunity_id": ID, "process": "plain"})

    def hear(self, account_id: str, kind: str, body: dict[str, Any]) -> None:
        """An account hears it, and tells others."""
        state = self.accounts[account_id]
        facts = decide_account(state, read(kind, body, ACCOUNT_KINDS), self.world.now)
        self.accounts[account_id] = folded(state, facts)
        self.journals[account_id] += facts
        told = [each for fact in facts for each in told_others(account_id, fact)]
        queue = self.on_the_way.setdefault(account_id, [])
        queue += [(each.to, each.id, each.kind, each.body) for each in told]

    def say(self, kind: str, body: dict[str, Any]) -> None:
        """The opportunity hears it, and tells the accounts, as its delivery does."""
        for fact in self.world.say(kind, **body):
            self.on_the_way.setdefault(ID, []).extend(self._tells(fact))

    def _tells(self, fact: Fact) -> Iterator[Message]:
        data, about = fact.data, {"opportunity_id": ID}
        if fact.kind == "account_changed":
            taken = {**about, "process": "plain", "from_account": data["from"]}
            taken["event_id"] = f"adopt:{fact.sequence}"
            yield "account", data["account_id"], "adopt_opportunity", taken
            gone = {**about, "to_account": data["account_id"], "event_id": f"go:{fact.sequence}"}
            yield "account", data["from"], "release_opportunity", gone
        elif fact.kind == "ended":
            record = record_of(self.world.state)
            end = {name: record[name] for name in ("outcome", "reason")}
            yield (
                *("account", record["account_id"], "opportunity_ended"),
                {**about, **end, "event_id": "end"},
            )

    def deliver(self) -> bool:
        """One message arrives; whether there was one."""
        if self.told and self.dice.random() < 0.2:
            self._arrive(self.dice.choice(self.told))  # again
        queues = [queue for queue in self.on_the_way.values() if queue]
        if queues:
            message = self.dice.choice(queues).pop(0)
            self.told.append(message)
            self._arrive(message)
        return bool(queues)

    def _arrive(self, message: Message) -> None:
        to, id, kind, body = message
        if to == "account":
            self.hear(id, kind, dict(body))
        else:
            self.say(kind, dict(body))


@given(
    st.integers(0, 2**24 - 1),
    st.lists(st.sampled_from(("a-1", "a-2", "a-3", "end", "", "")), max_size=15),
)
def test_in_whatever_order_messages_arrive_one_account_has_it_and_one_learns_its_end(
    seed: int, acts: list[str]
) -> None:
    network = Network(seed)
    for number, act in enumerate(acts):
        if act == "end":
            network.say("withdraw", {"reason": "no_fit"})
        elif act:
            holder = network.dice.choice(list(network.accounts))
            move = {"opportunity_id": ID, "to_account": act, "event_id": f"wish:{number}"}
            network.hear(holder, "move_opportunity", move)
        else:
            network.deliver()
    while network.deliver():
        pass
    opportunity = network.world.state
    holders = [id for id, state in network.accounts.items() if ID in state.open]
    learned = [
        id
        for id, journal in network.journals.items()
        for fact in journal
        if fact.kind == "opportunity_ended"
    ]
    assert holders == ([] if opportunity.outcome else [opportunity.account_id])
    assert learned == ([opportunity.account_id] if opportunity.outcome else [])
    if not opportunity.outcome:
        assert all(ID not in state.moves.going for state in network.accounts.values())
