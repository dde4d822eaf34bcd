"""Where a contract renews by itself silence is the purchase, and the day of notice its clock."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from sales.drafts import Broken
from sales.process import Process
from tests.sales.world import START, World, day, quiet

NOTICE = day("40d")


def world() -> World:
    return World(quiet(), notice_by=NOTICE.isoformat())


def test_silence_until_the_notice_wins() -> None:
    it = world()

    facts = it.wait("100d")

    assert it.ended == ("won", "auto_renewed", NOTICE)
    assert facts[-1].data["clock"] == "notice_by"
    assert [fact.data["due"] for fact in facts[:-1]] == [
        day("26d").isoformat(),
        day("37d").isoformat(),
    ]


def test_it_takes_effect_with_the_notice_though_it_is_decided_after_the_grace() -> None:
    clocks = {"end_by": {"limit": "100d"}, "notice_by": {"grace": "5d"}}
    it = World(quiet(clocks=clocks), notice_by=NOTICE.isoformat())

    it.wait("100d")

    assert it.ended == ("won", "auto_renewed", NOTICE)
    assert it.journal[-1].recorded_at == day("45d")


def test_the_last_day_renews_it_too() -> None:
    clocks = {"end_by": {"limit": "30d"}, "notice_by": {"grace": "30d"}}
    it = World(quiet(clocks=clocks), notice_by=day("20d").isoformat())

    facts = it.wait("100d")

    assert facts[-1].data["clock"] == "end_by"
    assert it.ended == ("won", "auto_renewed", day("20d"))


def test_notice_in_time_is_a_loss() -> None:
    it = world()
    it.wait("40d")
    assert it.state.outcome

    other = world()
    other.wait("39d")
    other.say("record_decision", decision="no", reasons=["price"])
    assert other.ended[:2] == ("lost", "price")


def test_a_yes_opens_no_window() -> None:
    it = world()

    it.say("record_decision", decision="yes", reasons=["fit"])

    assert (it.clock, it.ends_at) == ("notice_by", NOTICE)


def test_the_date_is_the_contracts_and_cannot_be_put_off() -> None:
    it = world()
    later = day("60d").isoformat()

    assert it.refused("extend", close_date=later, reason="r") == "close_date: not_in_this_process"
    assert it.refused("park", until=later, reason="r") == "until: not_in_this_process"


def test_without_a_date_of_notice_it_cannot_begin() -> None:
    with pytest.raises(Broken, match="notice_by: required"):
        World(quiet())


def test_a_notice_that_passed_before_it_landed_renews_it_behind_the_landing() -> None:
    past = START - timedelta(days=9)
    it = World(
        quiet(landing={"grace": "10d", "spread": "0s"}),
        notice_by=past.isoformat(),
        occurred_at=(START - timedelta(days=90)).isoformat(),
        landing={},
    )
    assert it.ends_at == day("10d")

    it.wait("10d")

    assert it.ended == ("won", "auto_renewed", past)


def test_it_never_closes_before_it_was_opened() -> None:
    process = quiet(landing={"grace": "10d", "spread": "0s"})
    it = World(process, notice_by=(START - timedelta(days=9)).isoformat(), landing={})

    it.wait("10d")

    assert it.ended[2] == START


@pytest.mark.parametrize("extra", ["close_date", "buyer_silence", "stage_limit", "action_window"])
def test_a_process_that_mixes_both_kinds_of_silence_is_refused(extra: str) -> None:
    whole = quiet().model_dump(mode="json")
    whole["clocks"][extra] = {} if extra == "close_date" else {"limit": "9d"}

    with pytest.raises(ValidationError, match="silence_as_purchase"):
        Process.model_validate(whole)
