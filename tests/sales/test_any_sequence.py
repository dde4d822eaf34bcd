"""Whatever is said to an opportunity, in whatever order and at whatever time: it ends, in time,
once, and its journal tells exactly that."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from temporalio.contrib.pydantic import pydantic_data_converter

from processes import library
from sales.clocks import SUSPENDABLE, next_deadline, next_look
from sales.decide import close, decide, tick
from sales.erasing import Erasure
from sales.evolve import evolve, fold
from sales.facts import Fact
from sales.imported import Expire
from sales.journal import MADE_UP
from sales.messages import KINDS, Message, Migrate, Unpark
from sales.opening import OpenOpportunity, Start, begin
from sales.opportunity import Opportunity, dump, load
from sales.process import Clock, Process
from sales.reading import read
from sales.words import COMMON, said
from tests.sales import anything, reached
from tests.sales.world import START, plain, quiet

BUILT_IN: Final = {process.name: process for process in library().all()}


def _versions(process: Process) -> list[Process]:
    """What one may migrate to: shorter limits, fewer stages, another silence."""
    limit = process.clocks.end_by.limit / 4
    shorter = process.clocks.model_copy(update={"end_by": Clock(limit=limit)})
    other = quiet() if process.silence == "expiry" else plain()
    return [
        process,
        process.model_copy(update={"version": 2, "clocks": shorter, "last_look": timedelta(0)}),
        process.model_copy(update={"version": 3, "stages": process.stages[:1]}),
        other.model_copy(update={"name": process.name, "version": 4, "stages": process.stages}),
    ]


DEFINITIONS: Final = {
    (each.name, each.version): each for built in BUILT_IN.values() for each in _versions(built)
}


def definition(name: str, version: int) -> Process:
    return DEFINITIONS[name, version]


def redacted(journal: list[Fact]) -> list[Fact]:
    """The journal after each of its erasures has taken what it takes."""
    for erased in [fact for fact in journal if fact.kind == "erased"]:
        before = journal[: erased.sequence - 1]
        asked = Erasure(erased.data, before)
        journal = [*map(asked.redacted, before), *journal[erased.sequence - 1 :]]
    return journal


def travelled(value: Any, of: Any) -> Any:
    """The value after a journey through Temporal."""
    converter = pydantic_data_converter.payload_converter
    return converter.from_payload(converter.to_payload(value), of)


SEEDS: Final = st.integers(0, 2**24 - 1)  # from there on Hypothesis prefers small numbers
SAYINGS: Final = st.lists(SEEDS, min_size=3, max_size=12)
OUTAGE: Final = st.sampled_from([False, False, False, True])
OPENINGS: Final = st.tuples(st.sampled_from(sorted(BUILT_IN)), SEEDS)


class AnySequence(RuleBasedStateMachine):
    """One opportunity in a world that says anything to it."""

    state: Opportunity

    @initialize(opening=OPENINGS)
    def begin_one(self, opening: tuple[str, int]) -> None:
        self.open(*opening)

    def open(self, name: str, seed: int) -> None:
        process, self.now, self.told = BUILT_IN[name], START, list[Message]()
        opening = OpenOpportunity.model_validate(anything.opening(process, seed, self.now))
        start = Start(account_id="a-1", opening=opening, process=process)
        self.state, first = begin(start, self.now)
        assert begin(travelled(start, Start), self.now) == (self.state, first)
        self.journal, self.end_by = [first], self.state.end_by

    # -- what happens ----------------------------------------------------------------------------

    @rule(seeds=SAYINGS)
    def say_something(self, seeds: list[int]) -> None:
        for each in seeds:
            message = read(*anything.Voice(each, self.state, self.now).say(), KINDS)
            note(repr(message)[:300])
            self.told.append(message)
            self.take(message)
            if self.state.outcome:
                break

    @rule(seeds=SAYINGS, hundredths=st.integers(0, 8), outage=OUTAGE)
    def let_time_pass_and_say(self, seeds: list[int], hundredths: int, outage: bool) -> None:
        due = next_deadline(self.state)
        if outage and due:  # nobody looked at the clock when it was time
            self.now = max(self.now, due.at)
        self.now += self.state.process.clocks.end_by.limit * hundredths / 100
        self.say_something(seeds)

    @rule(which=st.integers(0, 99))
    def say_it_again(self, which: int) -> None:
        message = self.told[which % len(self.told)] if self.told else Unpark()
        if which > 95:
            message = Expire(clock="end_by")  # which only an import may say
        heard = message.event_id in self.state.heard
        facts = self.take(message)
        assert not heard or facts == (), "one event had two effects"

    @rule(wait=st.booleans())
    def look_at_the_clock(self, wait: bool) -> None:
        if wait:
            self.now = max(self.now, next_look(self.state) or self.now)
        self.keep(tick(self.state, self.now))
        look = next_look(self.state)
        assert look is None or look > self.now, "time has done something, and nobody saw it"

    @rule(new_run=st.integers(0, 9))
    def roll_over_or_end_it_from_outside(self, new_run: int) -> None:
        if new_run:
            self.state = travelled(self.state, Opportunity)
        else:
            self.keep(close(self.state, "withdrawn", "account_closed", self.now, "cancel"))

    @rule(opening=OPENINGS, really=st.integers(0, 3))
    def reach_the_end_and_open_another(self, opening: tuple[str, int], really: int) -> None:
        if really == 0 or self.state.outcome:
            self.teardown()
            self.open(*opening)

    # -- what must hold --------------------------------------------------------------------------

    def take(self, message: Message) -> tuple[Fact, ...]:
        same = travelled(message, type(message))
        assert same == message
        plain = message.model_dump(mode="json", exclude=COMMON, exclude_none=True)
        assert said(same) == said(message) == plain
        process = None
        if isinstance(message, Migrate):
            process = DEFINITIONS.get((self.state.process.name, message.process_version))
        facts = decide(self.state, message, self.now, process=process)
        assert facts == decide(self.state, same, self.now, process=process)
        self.assert_the_clock_had_its_say(message, facts)
        self.keep(facts, process)
        if facts and message.event_id and not message.event_id.startswith(MADE_UP):
            assert decide(self.state, message, self.now) == (), "the same event has two effects"
        return facts

    def keep(self, facts: tuple[Fact, ...], process: Process | None = None) -> None:
        reached.note(facts)
        for fact in facts:
            before = self.state
            assert fact.sequence == before.sequence + 1, "the journal has a gap"
            assert fact.occurred_at <= fact.recorded_at == self.now
            assert travelled(fact, Fact) == fact
            self.state = evolve(before, fact, process)
            if (before.outcome and fact.kind != "erased") or fact.kind == "refused":
                self.assert_only_counted(before)
        self.journal += facts

    def assert_the_clock_had_its_say(self, message: Message, facts: tuple[Fact, ...]) -> None:
        """Time ends it before what was sent behind the deadline, and before nothing else."""
        due = next_deadline(self.state)
        if facts and due and not self.state.parked_at:
            behind = message.sent_at is not None and min(message.sent_at, self.now) > due.at
            ended = any(fact.kind == "ended" and fact.cause == "clock" for fact in facts)
            assert ended == behind

    def assert_only_counted(self, before: Opportunity) -> None:
        """Nothing moved but the numbers that say how often nothing moved."""
        now = self.state
        assert now == replace(
            before,
            sequence=now.sequence,
            heard=now.heard,
            sources=now.sources,
            late=now.late,
            refusals=now.refusals,
            refused=now.refused,
        )

    @invariant()
    def it_will_end(self) -> None:
        due, outcome = next_deadline(self.state), self.state.outcome
        assert self.state.end_by == self.end_by
        assert (due is None) == (outcome is not None)
        assert due is None or due.at <= self.end_by
        if due and self.state.resting:
            assert due.clock not in SUSPENDABLE
        assert outcome is None or self.state.opened_at <= outcome.closed_at <= self.now

    def reach_the_deadline(self) -> None:
        due, parked_until = next_deadline(self.state), self.state.parked_until
        if due is None:
            return
        self.now = max(self.now, due.at)
        facts = tick(self.state, self.now)
        self.keep(facts)
        if parked_until and parked_until <= due.at:
            assert facts[0].kind == "unparked"
            return
        assert self.state.outcome, "its deadline came and it did not end"
        assert facts[0].data["clock"] == due.clock
        if self.state.process.silence == "purchase":
            assert (self.state.outcome.outcome, self.state.outcome.reason) == (
                "won",
                "auto_renewed",
            )
        else:
            assert (self.state.outcome.outcome, self.state.outcome.reason) == ("expired", due.clock)
            assert self.state.outcome.closed_at == due.at

    def teardown(self) -> None:
        if not hasattr(self, "journal"):
            return
        for _ in range(2):  # an unparking at most lies before the end
            self.reach_the_deadline()
        assert self.state.outcome
        assert sum(fact.kind == "ended" for fact in self.journal) == 1
        assert fold(self.journal, definition) == self.state
        assert fold(redacted(self.journal), definition) == self.state
        assert load(json.loads(json.dumps(dump(self.state), allow_nan=False))) == self.state
        self.assert_no_warning_came_twice()

    def assert_no_warning_came_twice(self) -> None:
        warned = [fact for fact in self.journal if fact.kind == "warned"]
        for clock in {fact.data["clock"] for fact in warned}:
            due = [fact.data["due"] for fact in warned if fact.data["clock"] == clock]
            assert due == sorted(set(due))


@pytest.mark.timeout(600)
def test_whatever_is_said_it_ends_in_time_and_once_and_every_rule_and_clock_was_met() -> None:
    for luck in range(3):  # what one round of dice misses another meets
        machine = seed(luck)(AnySequence) if luck else AnySequence
        run_state_machine_as_test(machine, settings=settings(stateful_step_count=40))
        if reached.clocks() == set(reached.CLOCKS) and not reached.missed():
            break

    assert reached.clocks() == set(reached.CLOCKS)
    assert reached.missed() == set()
