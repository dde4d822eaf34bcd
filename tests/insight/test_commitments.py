"""How much of what was promised was kept, told from facts."""

from datetime import UTC, datetime
from typing import Any, Final

from insight.commitments import KINDS, Attainment, Promise, attainments, promises
from sales.facts import Fact
from tests.sales.test_commitments import DAY, HOUR, MONDAY, Office

LATER: Final = datetime(2027, 1, 1, tzinfo=UTC)


def told(*offices: Office) -> list[list[tuple[str, Fact]]]:
    """As the ledger streams them, a few at a time."""
    facts = [
        (f"account-{number}", fact)
        for number, office in enumerate(offices)
        for fact in office.facts
        if fact.kind in KINDS
    ]
    return [facts[at : at + 3] for at in range(0, len(facts), 3)]


def found(*offices: Office, as_of: datetime = LATER) -> list[Promise]:
    return list(promises(told(*offices), as_of))


def by_clock(rows: list[Promise]) -> dict[Any, Attainment]:
    return {key[0]: each for key, each in attainments(rows, lambda row: (row.clock,)).items()}


def resolved(in_time: int, late: int) -> Office:
    """An account that has met so many commitments in time, and so many when they were breached."""
    office = Office()
    for number in range(in_time + late):
        office.make(f"c{number}", due="2026-03-31")
    for number in range(in_time + late):
        if number == in_time:
            office.until(MONDAY + 60 * DAY)
        office.say("meet_commitment", commitment_id=f"c{number}")
    return office


def test_of_ten_that_are_resolved_one_breached_makes_ninety_per_cent() -> None:
    """The example of "Calculating SLA: Incident Management" (process-consultant.blogspot.com, May
    2011), and its objection: a breach counts when it happens, resolved or not."""
    office = resolved(in_time=9, late=1)
    assert by_clock(found(office))["resolve"].kept.rate == 0.9
    office.make("never", due="2026-05-31")
    office.until(LATER)
    after = by_clock(found(office))["resolve"]
    assert (after.met, after.breached, after.open) == (9, 2, 0)
    assert after.kept.rate == 9 / 11


def test_a_breach_stays_one_when_it_is_met_or_waived_later_and_goes_when_it_was_none() -> None:
    office = Office()
    for id in ("late", "waived", "corrected", "in time", "waived before", "open"):
        office.make(id.replace(" ", "-"), due="2026-03-31")
    waive = {"actor": "jane", "note": "as agreed"}
    office.say("meet_commitment", commitment_id="in-time")
    office.say("waive_commitment", commitment_id="waived-before", **waive)
    office.until(MONDAY + 60 * DAY)
    office.say("meet_commitment", commitment_id="late")
    office.say("waive_commitment", commitment_id="waived", **waive)
    office.say("meet_commitment", commitment_id="corrected", occurred_at=MONDAY + DAY)
    assert {each.commitment: each.result for each in found(office)} == {
        "late": "breached",
        "waived": "breached",
        "corrected": "met",
        "in-time": "met",
        "waived-before": "waived",
        "open": "breached",
    }
    before = found(office, as_of=MONDAY + DAY)
    assert [each.result for each in before].count("open") == 4


def test_the_clocks_of_a_service_level_count_apart() -> None:
    office = Office()
    office.make(level="urgent", owner="jane")
    office.until(MONDAY + 5 * HOUR)
    office.say("meet_commitment", commitment_id="c1")
    clocks = by_clock(found(office))
    assert (clocks["respond"].kept.rate, clocks["resolve"].kept.rate) == (0.0, 1.0)
    (respond, _) = found(office)
    assert (respond.level, respond.severe, respond.owner) == ("urgent", True, "jane")
    assert respond.at == MONDAY + 2 * HOUR


def test_an_id_that_is_used_again_is_another_commitment() -> None:
    office = Office()
    for _ in range(3):
        office.make(due="2026-03-31")
        office.say("meet_commitment", commitment_id="c1")
    assert by_clock(found(office))["resolve"].met == 3


def test_accounts_are_told_apart_and_counts_come_with_the_rate() -> None:
    rows = found(resolved(3, 1), Office(), resolved(1, 0))
    groups = attainments(rows, lambda row: (row.account,))
    assert {key: (each.met, each.breached) for key, each in groups.items()} == {
        ("account-0",): (3, 1),
        ("account-2",): (1, 0),
    }
    kept = groups["account-0",].kept
    assert kept.low is not None
    assert kept.high is not None
    assert kept.low < 0.75 < kept.high


def test_without_anything_decided_there_is_no_rate() -> None:
    office = Office()
    office.make(due="2026-03-31")
    waiting = by_clock(found(office))["resolve"]
    assert (waiting.kept.rate, waiting.open) == (None, 1)
    assert by_clock([]) == {}


def test_where_the_journal_begins_late_the_answers_are_enough() -> None:
    office = resolved(in_time=1, late=1)
    rest = [[each for each in some if not each[1].kind.endswith("made")] for some in told(office)]
    assert [each.result for each in promises(rest, LATER)] == ["met", "breached"]
    only = [[each for each in some if each[1].kind.endswith("met")] for some in told(office)]
    assert [each.result for each in promises(only, LATER)] == ["met", "breached"]
