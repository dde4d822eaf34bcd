"""An end may be put off, but not often and not for long."""

from datetime import date, timedelta

from sales.opportunity import Opportunity
from tests.sales.world import START, World, day, plain

PROCESS = plain(
    clocks={"close_date": {}, "buyer_silence": {"limit": "90d"}},
    extension={"times": 2, "total": "30d"},
    parking={"times": 2, "total": "30d"},
)


def world() -> World:
    return World(PROCESS, close_date=day("20d").isoformat())


def extend(world: World, text: str) -> str | None:
    return world.refused("extend", close_date=day(text).isoformat(), reason="budget")


def park(world: World, text: str) -> str | None:
    return world.refused("park", until=day(text).isoformat(), reason="budget")


def test_the_close_date_may_be_moved_so_many_times() -> None:
    it = world()

    assert [extend(it, text) for text in ("21d", "22d")] == [None, None]
    assert extend(it, "23d") == "close_date: budget_times"
    assert it.ends_at == day("22d")


def test_the_close_date_may_be_moved_by_so_much_in_all() -> None:
    it = world()
    assert extend(it, "45d") is None

    assert extend(it, "51d") == "close_date: budget_total"
    assert extend(it, "50d") is None
    assert it.state.extended == timedelta(days=30)


def test_an_earlier_date_costs_nothing() -> None:
    it = world()

    assert [extend(it, text) for text in ("19d", "18d", "17d")] == [None] * 3
    assert (it.state.extensions, it.state.extended) == (0, timedelta(0))


def test_a_first_close_date_costs_nothing() -> None:
    it = World(PROCESS)

    assert extend(it, "90d") is None
    assert it.state.extensions == 0
    assert it.state.first_close_date == day("90d").date()


def test_the_first_close_date_stays_known() -> None:
    it = world()
    extend(it, "40d")

    assert it.state.first_close_date == day("20d").date()


def test_no_close_date_lies_behind_the_last_day() -> None:
    it = World(plain(clocks={"close_date": {}}, extension={"times": 9, "total": "999d"}))

    assert extend(it, "101d") == "close_date: past_end_by"
    assert extend(it, "100d") is None


def test_no_close_date_lies_in_the_past() -> None:
    it = world()
    it.later("5d")

    assert extend(it, "5d") == "close_date: in_the_past"


def test_a_day_lasts_until_its_end_where_the_process_counts_days() -> None:
    it = World(plain(clocks={"close_date": {}}, time_zone="America/New_York"))

    it.say("extend", close_date="2026-02-01", reason="budget")

    assert it.state.close_date == date(2026, 2, 1)
    assert it.ends_at.isoformat() == "2026-02-02T04:59:59.999999+00:00"


def test_a_move_across_the_end_of_a_month_is_a_push() -> None:
    it = world()  # closes on 25 January
    extend(it, "26d")
    assert it.state.pushes == 0

    extend(it, "27d")
    assert it.state.pushes == 1


def test_it_may_be_parked_so_many_times() -> None:
    it = world()
    for text in ("1d", "2d"):
        assert park(it, text) is None
        it.say("unpark")

    assert park(it, "3d") == "until: budget_times"


def test_it_may_be_parked_for_so_long_in_all() -> None:
    it = world()

    assert park(it, "31d") == "until: budget_total"
    assert park(it, "30d") is None


def test_unparking_early_gives_the_rest_of_the_time_back() -> None:
    it = world()
    park(it, "30d")
    it.wait("10d")
    it.say("unpark")

    assert it.state.parked == timedelta(days=10)
    assert park(it, "30d") is None


def test_it_is_parked_once_at_a_time() -> None:
    it = world()
    park(it, "5d")

    assert park(it, "6d") == "until: parked_already"


def test_nobody_parks_in_the_past_or_past_the_last_day() -> None:
    it = World(plain(parking={"times": 1, "total": "999d"}))
    it.later("5d")

    assert park(it, "5d") == "until: in_the_past"
    assert park(it, "100d") == "until: past_end_by"


def test_nobody_rests_in_retrospect() -> None:
    it = world()
    it.later("10d")

    it.say("park", until=day("15d").isoformat(), reason="budget", occurred_at=START.isoformat())

    assert it.state.parked_at == day("10d")
    assert it.state.parked == timedelta(days=5)


def test_an_outage_does_not_shorten_a_parking() -> None:
    it = world()
    sent = it.now
    it.later("3d")

    it.say("park", until=day("10d").isoformat(), reason="budget", sent_at=sent.isoformat())

    assert it.state.parked_at == sent


def test_two_parkings_never_overlap() -> None:
    it = world()
    park(it, "10d")
    it.wait("10d")

    it.say("park", until=day("20d").isoformat(), reason="budget", sent_at=day("2d").isoformat())

    state: Opportunity = it.state
    assert state.parked_at == day("10d")
