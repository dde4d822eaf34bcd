"""What the contract says is so: whatever the rules take and make is valid, and what a schema of a
value allows is taken."""

import re
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from sales import values
from sales.account.decide import decide_account, open_account
from sales.account.evolve import evolve_account
from sales.account.messages import ACCOUNT_KINDS
from sales.account.state import Admission
from sales.facts import Fact
from sales.messages import KINDS, Message
from sales.outcome import record_of
from sales.process import Process
from sales.reading import read
from sales.receipt import account_receipt, receipt
from starter.contract import examples, said
from starter.contract.dialect import Schema, taken
from starter.contract.documents import plain
from tests.contract.schemas import fault, fault_of
from tests.sales import anything
from tests.sales.test_any_sequence import SAYINGS, AnySequence

VALUES: Final[dict[str, Any]] = {
    name: getattr(values, name)
    for name in ("Id", "Name", "Label", "Text", "Code", "Currency", "Amount", "Hours", "Share")
} | {name: getattr(values, name) for name in ("Instant", "Date", "Duration")}
LETTERS: Final = "0123456789.-+:TZeE _~@smhdwEURa\n"


def allows(schema: Schema, value: Any) -> bool:
    return Draft202012Validator(schema).is_valid(value)


def takes(form: Any, value: Any) -> str | None:
    """The rule it breaks, if it breaks one."""
    try:
        TypeAdapter(form).validate_python(value)
    except ValidationError as error:
        return error.errors()[0]["type"]
    return None


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
def test_a_value_that_is_taken_is_allowed_by_its_schema(name: str, data: st.DataObject) -> None:
    form, schema = VALUES[name], taken(VALUES[name])
    patterns = [each for each in (schema, *schema.get("anyOf", [])) if "pattern" in each]
    written = st.from_regex(re.compile(patterns[0]["pattern"], re.ASCII))
    value = data.draw(st.text(LETTERS, max_size=30) | written | st.sampled_from(anything.JUNK))
    assert takes(form, value) or allows(schema, value)


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
def test_what_the_schema_of_a_value_allows_is_taken_if_it_is_in_the_calendar(
    name: str, data: st.DataObject
) -> None:
    form, schema = VALUES[name], taken(VALUES[name])
    patterns = [each for each in (schema, *schema.get("anyOf", [])) if "pattern" in each]
    value = data.draw(st.from_regex(re.compile(patterns[0]["pattern"], re.ASCII), fullmatch=True))
    beyond = {"Instant": "datetime", "Date": "date", "Duration": "value_error", "Hours": "less"}
    refused = takes(form, value) if allows(schema, value) else None
    assert refused is None or refused.startswith(beyond.get(name, "never")), refused


TAKEN: Final[set[str]] = set()
"""The kinds of messages that were taken."""


class Contracted(AnySequence):
    """Whatever is said and whatever follows, held against the contract."""

    @rule(seeds=SAYINGS)
    def say_something(self, seeds: list[int]) -> None:
        for each in seeds:
            kind, body = anything.Voice(each, self.state, self.now).say()
            message = read(kind, body, KINDS)
            self.told.append(message)
            facts = self.take(message)
            if facts and facts[-1].kind not in ("refused", "late"):
                TAKEN.add(message.kind)
                assert fault(f"messages/opportunity/{kind}", body) is None
                assert fault("messages/opportunity/submit", {"kind": kind, **body}) is None
            if self.state.outcome:
                break

    def take(self, message: Message) -> tuple[Fact, ...]:
        facts = super().take(message)
        assert fault("answers/receipt", plain(receipt(self.state, message, facts))) is None
        return facts

    def keep(self, facts: tuple[Fact, ...], process: Process | None = None) -> None:
        super().keep(facts, process)
        for fact in facts:
            assert fault_of("opportunity", fact) is None

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "journal"):
            assert fault_of("opportunity", self.journal[0]) is None
            assert fault("answers/outcome_record", record_of(self.state)) is None


@pytest.mark.timeout(300)
def test_whatever_an_opportunity_takes_and_makes_is_as_the_contract_says() -> None:
    for luck in range(12):  # what one round of dice misses another meets
        machine = seed(luck)(Contracted)
        tries = settings(max_examples=20, stateful_step_count=40)
        run_state_machine_as_test(machine, settings=tries)
        if KINDS.keys() == TAKEN:
            break
    assert KINDS.keys() == TAKEN


SPEECH: Final = st.lists(
    st.tuples(st.sampled_from([*ACCOUNT_KINDS, "greet"]), st.integers(0, 2**24)), max_size=20
)


@given(SPEECH)
def test_whatever_an_account_takes_and_makes_is_as_the_contract_says(
    speech: list[tuple[str, int]],
) -> None:
    state, first = open_account("acme", examples.NOW)
    facts, now = [first], examples.NOW
    for kind, luck in speech:
        dice, now = Random(luck), now + examples.DAY
        body = dict(said.SAID_TO_ACCOUNT.get(kind, {}))
        if dice.random() < 0.5:
            field = dice.choice([*body, "note", "surplus", "event_id", "source_seq", "amount"])
            body[field] = dice.choice(anything.JUNK)
        message = read(kind, body, ACCOUNT_KINDS)
        admission = Admission(examples.start()) if dice.random() < 0.8 else None
        made = decide_account(state, message, now, admission=admission)
        for fact in made:
            state = evolve_account(state, fact)
        facts += made
        assert fault("answers/receipt", plain(account_receipt(state, message, made))) is None
        if made and made[-1].kind != "refused":
            assert fault(f"messages/account/{kind}", body) is None
    assert [each for fact in facts if (each := fault_of("account", fact))] == []
