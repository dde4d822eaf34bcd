"""A script is played to its end by the rules, and a ledger of it is the fold of its facts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ledger.fold import row_of_opportunity
from ledger.ledger import Ledger
from ledger.rows import OpportunityRow
from sales.evolve import fold
from sales.facts import Fact
from sales.opening import OpenOpportunity, Start
from simulation.market import SINCE, Market
from simulation.play import play, run, simulate
from simulation.script import Said, Script
from tests.simulation.agreed import AGREED, LIBRARY, MIX

MARKET = Market(9, LIBRARY, mix=MIX, refusals=0.2)
COUNT = 60
Lives = list[tuple[Script, list[Fact]]]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    yield ledger
    ledger.close()


def script(*said: tuple[float, str, dict[str, str]]) -> Script:
    """A script of its own: after so many days, this kind, this body."""
    opening = OpenOpportunity(opportunity_id="o-1", process="agreed", name="Lifts")
    start = Start(account_id="a-1", opening=opening, process=AGREED, at=SINCE)
    messages = (
        Said(_day(days), {"kind": kind, "sent_at": _day(days).isoformat(), **body})
        for days, kind, body in said
    )
    return Script(SINCE, start, tuple(messages))


def _day(days: float) -> datetime:
    return SINCE + timedelta(days=days)


@pytest.fixture(scope="module")
def lives() -> Lives:
    return list(MARKET.lives(COUNT))


def kinds(facts: list[Fact]) -> list[str]:
    return [fact.kind for fact in facts]


def test_an_opportunity_to_which_nothing_is_said_is_ended_by_the_clock() -> None:
    journal = play(script(), LIBRARY.find)

    assert kinds(journal) == ["opened", "warned", "warned", "ended"]
    assert journal[-1].data["reasons"] == ["buyer_silence"]
    assert journal[-1].occurred_at == journal[-1].recorded_at == _day(18)


def test_time_is_looked_at_before_a_message_and_when_it_has_been_heard() -> None:
    call = {"origin": "buyer", "channel": "call"}

    journal = play(script((16, "record_engagement", call)), LIBRARY.find)

    # The stage's warning and the last one of the silence, three days before its end; then the call.
    assert kinds(journal)[:4] == ["opened", "warned", "warned", "engaged"]
    assert [fact.recorded_at for fact in journal[1:4]] == [_day(15), _day(15), _day(16)]


def test_what_is_said_after_the_end_is_no_fact_of_the_opportunity() -> None:
    withdrawn, late = (1, "withdraw", {"reason": "poor_fit"}), (2, "log_effort", {"hours": "1"})

    assert kinds(play(script(withdrawn, late), LIBRARY.find)) == ["opened", "ended"]


def test_the_same_message_twice_counts_once() -> None:
    effort = {"hours": "1", "event_id": "e-1"}

    journal = play(script((1, "log_effort", effort), (2, "log_effort", effort)), LIBRARY.find)

    assert kinds(journal).count("effort_logged") == 1


def test_every_opportunity_ends_once_and_in_time(lives: Lives) -> None:
    for each, journal in lives:
        last = journal[-1]
        assert kinds(journal).count("ended") == 1
        assert last.kind == "ended"
        assert last.recorded_at <= each.at + each.start.process.clocks.end_by.limit


def test_playing_a_script_gives_the_journal_it_was_made_with(lives: Lives) -> None:
    for each, journal in lives:
        assert play(each, LIBRARY.find) == journal


def test_the_ledger_of_a_market_is_the_fold_of_its_journals(ledger: Ledger, lives: Lives) -> None:
    run(MARKET, COUNT, ledger)

    for each, journal in lives:
        state = fold(journal, lambda name, version: LIBRARY.find(name, version) or AGREED)
        assert state
        row = row_of_opportunity(state)
        del row["state"]
        assert ledger.journal("opportunity", each.id) == journal
        assert ledger.opportunity(each.id) == OpportunityRow(**row)
        assert ledger.state(each.id) == state


def test_a_market_may_be_stopped_while_opportunities_are_open(ledger: Ledger) -> None:
    until = SINCE + timedelta(days=12)

    tally = run(MARKET, COUNT, ledger, until)

    rows = ledger.opportunities()
    assert 0 < tally.opportunities == len(rows) < COUNT
    assert 0 < tally.outcomes.total() < len(rows)
    for row in rows:
        assert row.outcome or (row.deadline and row.deadline > until)


def test_a_seed_alone_is_a_market_too() -> None:
    first, second = simulate(5, seed=3), simulate(5, seed=3)

    assert first == second
    assert first.opportunities == first.outcomes.total() == 5
