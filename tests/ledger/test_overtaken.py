"""A run that was terminated has had its say: what it still had in hand changes nothing of what the
run that went on from the ledger has written."""

from collections.abc import Callable

import pytest

from ledger.batch import Ack, Batch
from ledger.ledger import Ledger
from sales.facts import Fact
from sales.pool.decide import begin_pool, decide_pool, resumed_pool
from sales.pool.evolve import folded
from sales.pool.messages import POOL_KINDS
from sales.pool.state import Pool
from sales.reading import read
from tests.ledger.story import NOW


def test_what_a_terminated_run_had_in_hand_takes_back_nothing(ledger: Ledger) -> None:
    state, begun = begin_pool("engineers", NOW)
    write = writing(ledger)
    write("first", begun)
    in_hand = said(state, "release_lease", opportunity_id="a", said_at=NOW, number=1)
    went_on = resumed_pool(state, NOW)
    write("second", *went_on, *said(folded(state, went_on), "amend_pool", hours="1"))
    before = ledger.journal("pool", "engineers")

    answer = write("first", *in_hand)
    assert (answer.overtaken, answer.through, answer.superseded) == (True, 1, 0)
    assert ledger.journal("pool", "engineers") == before
    again = write("second", *before[1:])
    assert (again.overtaken, again.through) == (False, len(before))


def test_what_it_had_written_already_is_taken_back_by_the_run_that_did_not_know_it(
    ledger: Ledger,
) -> None:
    state, begun = begin_pool("engineers", NOW)
    write = writing(ledger)
    write("first", begun)
    write("first", *said(state, "release_lease", opportunity_id="a", said_at=NOW, number=1))
    answer = write("second", *resumed_pool(state, NOW))
    assert (answer.overtaken, answer.superseded) == (False, 1)
    kinds = [fact.kind for fact in ledger.journal("pool", "engineers")]
    assert kinds == ["pool_begun", "pool_resumed"]


@pytest.mark.parametrize("run_id", ["second", "third"])
def test_a_run_that_knows_of_the_going_on_may_go_another_way(ledger: Ledger, run_id: str) -> None:
    state, begun = begin_pool("engineers", NOW)
    write = writing(ledger)
    went_on = resumed_pool(state, NOW)
    state = folded(state, went_on)
    write("first", begun)
    write("second", *went_on, *said(state, "amend_pool", hours="1"))
    answer = write(run_id, *said(state, "amend_pool", hours="2"))
    assert (answer.overtaken, answer.superseded) == (False, 1)


def said(state: Pool, kind: str, **body: object) -> tuple[Fact, ...]:
    return decide_pool(state, read(kind, body, POOL_KINDS), NOW)


def writing(ledger: Ledger) -> Callable[..., Ack]:
    return lambda run_id, *facts: ledger.record(Batch("pool", "engineers", run_id, facts))
