"""The stages of the processes that are met, in their order, and how far each case came."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from insight.past import Codes, Floats, Indexes
from insight.win_loss.cases import Cases
from ledger.steps import Kind

FORWARD: Final = 1
BACK: Final = 2


class Order(NamedTuple):
    """The stages of one process as its newest version has them, then those of older versions;
    `codes` are theirs among the past's texts, -1 where nobody was in it."""

    process: str
    code: int
    stages: Sequence[str]
    codes: Codes


class Visits(NamedTuple):
    """Every stay in a stage: whose (an index of the cases), where, from when to when, and how it
    was left: 0 not yet, FORWARD, BACK, or BACK and the outcome's code."""

    case: Indexes
    stage: Codes
    begun: Floats
    over: Floats
    exit: Codes


class Stages:
    """What the stages of some cases have in common."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        steps = cases.past.steps[Kind.STAGE].by(cases.as_of)
        place = np.full(len(cases.past), -1)
        place[cases.rows] = np.arange(len(cases))
        steps = steps.pick(place[steps.who] >= 0)
        self._case, self._at = place[steps.who], steps.at
        self._stage = steps.value.astype(np.int32)
        self.orders = [*self._orders()]

    @cached_property
    def furthest(self) -> Codes:
        """The furthest position that each case came to; who skips a stage has come as far."""
        found = np.zeros(len(self._cases), np.int32)
        np.maximum.at(found, self._case, self._position)
        return found

    @cached_property
    def visits(self) -> Visits:
        """Every stay of every case."""
        cases, case, at = self._cases, self._case, self._at
        if not case.size:
            return Visits(case, self._stage, at, at, self._stage)
        last = np.append(case[1:] != case[:-1], True)
        over = np.where(last, cases.closed[case], np.append(at[1:], np.inf))
        back = np.append(self._position[1:], 0) < self._position
        ended = np.where(cases.outcome[case] > 0, cases.outcome[case] + BACK, 0)
        exit = np.where(last, ended, np.where(back, BACK, FORWARD))
        return Visits(case, self._stage, at, np.maximum(over, at), exit.astype(np.int32))

    def named(self) -> tuple[Codes, list[str]]:
        """The furthest stage of each case as an index of names; a name that several processes have
        is one."""
        labels: dict[str, int] = {}
        codes = np.full(len(self._cases), -1, np.int32)
        for order in self.orders:
            mine = self._cases.process == order.code
            place = [labels.setdefault(each, len(labels)) for each in order.stages]
            codes[mine] = np.array(place, np.int32)[self.furthest[mine]]
        return codes, [*labels]

    @cached_property
    def _position(self) -> Codes:
        found, process = np.zeros(self._case.size, np.int32), self._cases.process[self._case]
        for order in self.orders:
            mine = process == order.code
            place = np.zeros(len(self._cases.past.texts), np.int32)
            for i, code in enumerate(order.codes):
                if code >= 0:
                    place[code] = i
            found[mine] = place[self._stage[mine]]
        return found

    def _orders(self) -> Iterator[Order]:
        cases, past = self._cases, self._cases.past
        codes = {text: i for i, text in enumerate(past.texts)}
        process = cases.process[self._case]
        for code in np.unique(cases.process):
            name = past.texts[code]
            versions = sorted((v for n, v in past.processes if n == name), reverse=True)
            stages = [s.name for v in versions for s in past.processes[name, v].stages]
            stages += [past.texts[each] for each in np.unique(self._stage[process == code])]
            names = [*dict.fromkeys(stages)]
            mine = np.array([codes.get(each, -1) for each in names], np.int32)
            yield Order(name, int(code), names, mine)
