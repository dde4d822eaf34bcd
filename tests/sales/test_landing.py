"""What comes from elsewhere lands softly: its clocks are old, and yet nothing ends at once."""

from datetime import timedelta

from tests.sales.world import START, World, day, plain

PROCESS = plain(
    clocks={"buyer_silence": {"limit": "20d"}, "stage_limit": {"limit": "20d"}},
    landing={"grace": "10d", "spread": "4d"},
)


def landed(number: int = 1, ago: str = "300d", **landing: str) -> World:
    past = (START - (day(ago) - START)).isoformat()
    old = {"stage_entered_at": past, "engaged_at": past, **landing}
    return World(PROCESS, opportunity_id=f"o-{number}", occurred_at=past, landing=old)


def test_nothing_ends_within_the_landing() -> None:
    world = landed()

    world.wait("10d")

    assert world.state.outcome is None
    assert world.state.opened_at == START - timedelta(days=300)


def test_behind_the_landing_old_clocks_end_it() -> None:
    world = landed()

    world.wait("14d")

    assert world.ended[:2] in {("expired", "buyer_silence"), ("expired", "stage_limit")}
    assert world.ended[2] == world.state.landing_until


def test_the_ends_of_one_import_are_spread() -> None:
    ends = {landed(number).ends_at for number in range(40)}

    assert len(ends) == 40
    assert min(ends) >= day("10d")
    assert max(ends) <= day("14d")
    assert max(ends) - min(ends) > timedelta(days=2)


def test_the_same_opportunity_lands_the_same() -> None:
    assert landed(7).ends_at == landed(7).ends_at


def test_a_younger_clock_goes_on_from_where_it_stood() -> None:
    world = landed(ago="2d")

    assert world.ends_at == day("18d")


def test_the_last_day_counts_from_the_landing_and_is_not_put_off_by_it() -> None:
    assert landed().state.end_by == day("100d")


def test_nobody_lands_more_softly_than_the_process_allows() -> None:
    assert landed(grace="1000d").ends_at == landed().ends_at


def test_the_buyers_word_is_known_where_the_import_knows_it() -> None:
    known, unknown = landed(), World(PROCESS, landing={})

    assert known.state.engaged
    assert not unknown.state.engaged
    assert unknown.state.engaged_at == START


def test_an_import_cannot_stand_in_the_future() -> None:
    future = day("9d").isoformat()
    world = World(PROCESS, landing={"engaged_at": future, "stage_entered_at": future})

    assert (world.state.engaged_at, world.state.stage_entered_at) == (START, START)


def test_a_close_date_that_has_passed_may_land() -> None:
    past = (START - timedelta(days=30)).isoformat()
    process = plain(clocks={"close_date": {}}, landing={"grace": "10d", "spread": "0s"})
    world = World(process, close_date=past, landing={})

    assert (world.clock, world.ends_at) == ("close_date", day("10d"))
