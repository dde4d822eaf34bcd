"""A running opportunity lives by the process it began with, until a message moves it."""

from datetime import timedelta

from sales.evolve import fold
from sales.process import Process
from tests.sales.world import World, day, plain, quiet

OLD = plain(clocks={"buyer_silence": {"limit": "20d"}})
NEW = plain(version=2, clocks={"buyer_silence": {"limit": "40d"}})


def test_it_lives_by_the_new_version_from_then_on() -> None:
    world = World(OLD)
    world.wait("5d")

    (fact,) = world.say("migrate", process_version=2, to=NEW)

    assert fact.data == {"process": NEW.ref, "from": OLD.ref}
    assert world.state.process == NEW
    assert world.ends_at == day("40d")


def test_the_last_day_stays_where_it_is() -> None:
    longer = plain(version=2, clocks={"end_by": {"limit": "900d"}})
    world = World(OLD)

    world.say("migrate", process_version=2, to=longer)

    assert world.state.end_by == day("100d")


def test_the_journal_knows_which_version_held_when() -> None:
    known = {("plain", 1): OLD, ("plain", 2): NEW}
    world = World(OLD)
    world.say("migrate", process_version=2, to=NEW)
    world.say("record_engagement", origin="buyer", channel="call")

    def process_of(name: str, version: int) -> Process:
        return known[name, version]

    assert fold(world.journal, process_of) == world.state


def test_the_version_must_be_another_and_known() -> None:
    world = World(OLD)

    assert world.refused("migrate", process_version=1) == "process_version: already_there"
    assert world.refused("migrate", process_version=3) == "process_version: unknown_version"


def test_the_definition_must_be_the_one_that_was_named() -> None:
    other = plain(name="other", version=2)

    for wrong in (NEW.model_copy(update={"version": 3}), other):
        rule = World(OLD).refused("migrate", process_version=2, to=wrong)
        assert rule == "process_version: unknown_version"


def test_the_stage_it_stands_in_must_exist() -> None:
    world = World(OLD)
    world.say("change_stage", stage="second")
    fewer = plain(version=2, stages=[OLD.stages[0].model_dump(mode="json")])

    rule = world.refused("migrate", process_version=2, to=fewer)

    assert rule == "process_version: stage_missing"


def test_silence_keeps_its_meaning() -> None:
    other = quiet(version=2)

    rule = World(OLD).refused("migrate", process_version=2, to=other)

    assert rule == "process_version: other_silence"


def test_a_shorter_limit_ends_it_when_that_limit_was() -> None:
    shorter = plain(version=2, clocks={"buyer_silence": {"limit": "10d"}})
    world = World(OLD)
    world.wait("15d")

    world.say("migrate", process_version=2, to=shorter)
    world.look()

    assert world.ended == ("expired", "buyer_silence", day("10d"))
    assert world.now - world.ended[2] == timedelta(days=5)
