"""A lost ledger is made anew from Temporal's histories: what stands is as it was."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

from ledger.diff import Difference
from settings import NAMESPACE
from starter.rebuilding.restoring import SUBJECTS
from tests.ledger.test_rebuild import rebuilt, unequal
from tests.lives.drivers import an_account_that_rolls_over
from tests.workflows.conftest import in_namespace
from tests.workflows.lives import AT_ONCE, Lived, lived_and_lost
from tests.workflows.world import World, id_of


@pytest.fixture(scope="module")
async def apart(client: Client) -> Client:
    """A namespace of its own: a ledger is made from all that there is."""
    return await in_namespace(client, f"{NAMESPACE}-lost")


@pytest.fixture(scope="module")
async def lived(
    apart: Client, empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lived]:
    folder = tmp_path_factory.mktemp("lost")
    lived = await lived_and_lost(apart, Path(shutil.copy(empty_ledger, folder / "ledger.db")))
    yield lived
    await lived.close()


def test_every_kind_of_life_was_lived(lived: Lived) -> None:
    rows = lived.ledger.opportunities()
    assert {row.outcome for row in rows} == {"won", "lost", "expired", "withdrawn", None}
    assert len(rows) > len(AT_ONCE)
    taken_back = [
        fact
        for row in rows
        for fact in lived.ledger.journal_rows("opportunity", row.id, superseded=True)
        if fact.superseded
    ]
    assert taken_back


def test_what_stands_is_as_it_was(lived: Lived) -> None:
    assert lived.whole.unequal(lived.ledger) == {}
    found = lived.whole.found
    assert (found.begin_later, found.incomplete) == ({}, {})
    assert found.opportunities == len(lived.ledger.opportunities())
    assert found.accounts == len(lived.ledger.accounts())
    assert found.pools == len(lived.ledger.pools())


def test_a_backup_of_any_moment_is_brought_up_to_what_stands(lived: Lived) -> None:
    assert lived.caught_up
    for made in lived.caught_up:
        assert made.unequal(lived.ledger) == {}
        assert (made.found.begin_later, made.found.incomplete) == ({}, {})


def test_what_ended_without_a_word_of_its_own_ends_the_same_way(lived: Lived) -> None:
    told = lived.whole.found.ended
    assert set(told.values()) == {"withdrawn/terminated_by_admin"}
    for id_ in told:
        assert lived.ledger.journal("opportunity", id_)[-1].cause == "reconcile"


def test_the_lost_ledger_could_have_been_made_from_its_journal_as_well(lived: Lived) -> None:
    with rebuilt(lived.ledger) as again:
        assert unequal(lived.ledger, again) == []


def test_what_retention_has_cut_begins_with_the_state_that_was_handed_on(lived: Lived) -> None:
    found, lost, made = lived.cut.found, lived.ledger, lived.cut.ledger
    assert {name.partition(":")[0] for name in found.begin_later} == {*SUBJECTS}
    assert found.incomplete == {}
    differs = lived.cut.unequal(lost)
    assert differs.keys() - {"open_trace"} == {"fact", "opportunity", "trace", "notice"}
    reset = {row.key[0]: row for row in differs["opportunity"].first if not moments_alone(row)}
    assert len(reset) == 2  # all other rows are as they were
    for id_, row in reset.items():
        # What it heard in the run that is gone is gone; the end that stood against it is not.
        assert made.journal("opportunity", id_)[-1].cause == "reconcile"
        assert not row.columns.keys() & {"outcome", "reason", "reasons", "closed_at", "stage"}
    for name, sequence in found.begin_later.items():
        subject, _, id_ = name.partition(":")
        first, *rest = made.journal(SUBJECTS[subject], id_)
        assert (first.kind, first.sequence) == ("restored", sequence)
        journal = lost.journal(SUBJECTS[subject], id_)
        assert rest == [fact for fact in journal if fact.sequence > sequence]
    named = {name.partition(":")[2] for name in found.begin_later}
    assert {row.key[0] for row in differs["trace"].first} <= named | reset.keys()
    for id_ in {each.id for each in lost.opportunities()} - named - reset.keys():
        assert made.journal("opportunity", id_) == lost.journal("opportunity", id_)


def moments_alone(row: Difference) -> bool:
    """Whether they differ only in when its events were heard: of a task that was done twice the
    ledger keeps the first moment, and the state that is handed on has the second."""
    states = row.columns.get("state")
    if states is None or len(row.columns) > 1:
        return False
    here, there = ({**state, "heard": [*state["heard"]]} for state in states)
    return here == there


async def test_whoever_runs_goes_on_with_the_ledger_that_was_made(lived: Lived) -> None:
    before = lived.worlds_of[an_account_that_rolls_over]
    world = World(lived.client, lived.database.with_name("cut.db"), before.task_queue)
    account = world.closeline.account(f"account-{before.task_queue}")
    async with world.worker():
        open_ones = [
            world.closeline.opportunity(id_) for id_ in (await world.state(account))["open"]
        ]
        assert len(open_ones) == 6
        for handle in open_ones:
            await world.say(handle, "record_engagement", origin="buyer", channel="call")
        await world.closeline.say_to_account(id_of(account), "amend", owner="zoe")
        for handle in (*open_ones, account):
            facts = await world.written(handle)
            assert facts[-1].kind in ("engaged", "account_amended")
            assert facts[-1].sequence == (await world.state(handle))["sequence"]
    await world.close()
