"""The mapping of an event log is data: what is wrong with it is said with the key and the rule."""

from pathlib import Path

import pytest

from starter.importing.common import BadMapping
from tests.starter.made_log import MadeLog, won


def broken(folder: Path, *changes: tuple[str, str]) -> str:
    """The key and the rule that the changed mapping breaks, read and used as the command does."""
    log = MadeLog(folder, events=won("one")).write(*changes)
    with pytest.raises(BadMapping) as caught:
        log.plans()
    assert str(caught.value).startswith(f"{log.mapping}: {caught.value.key}: ")
    return f"{caught.value.key}: {caught.value.rule}"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('case = "case:concept:name"', "", "columns.case: required"),
        ('case = "case:concept:name"', 'case = "{why}"', "columns.case: plain_column"),
        ('"time:timestamp"', '"when"', "columns.time: unknown_column"),
        ('"case:account"', '["accounts.name", "account"]', "columns.account: unknown_column"),
        ('done = "complete"', 'done = "start"', "lifecycle: ambiguous"),
        ('ignore = ["Archive"]', 'ignore = ["Talk"]', "activities.Talk: is_ignored_too"),
        ('opens = "first"', 'stage = "first"', "activities: required"),
        ('opens = "first"', 'opens = "zeroth"', "activities.Ask.opens: unknown_stage"),
        ('opens = "first"', 'opens = "first"\nstage = "second"', "activities.Ask.opens: surplus"),
        ('stage = "second"', 'stage = "third"', "activities.Talk.stage: unknown_stage"),
        (
            'origin = "seller"',
            'origin = "robot"',
            "activities.Talk.engagement.origin: unknown_value",
        ),
        ('most = "8h"', "most = 8", "activities.Work.effort.most: needs_unit"),
        ('effort = { most = "8h", pool = "desk" }', "", "activities.Work: required"),
        (', evidence = "signed_contract"', "", "activities.Sign.ends.0.evidence: required"),
        (
            'reason = "status_quo"',
            'reason = "bored"',
            "activities.Refuse.ends.0.reason: unknown_reason",
        ),
        ('"buyer_silence"', '"notice_by"', "activities.Close.ends.0.reason: unknown_reason"),
        ('"best_fit"', '"luck"', "reasons.Best fit: unknown_reason"),
    ],
)
def test_a_fault_names_its_key_and_its_rule(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert broken(tmp_path, (old, new)) == fault


def test_of_several_sources_one_is_enough(tmp_path: Path) -> None:
    changes = ('case = "case:concept:name"', 'case = ["case_id", "case:concept:name"]')
    assert MadeLog(tmp_path, events=won("one")).write(changes).plans()


def test_a_side_file_is_read_only_where_the_log_does_not_say_it_itself(tmp_path: Path) -> None:
    cases = '[lookups.cases]\nfile = "cases.csv"\nkey = "id"\nby = "why"\n'
    lookup = ("[lifecycle]", f"{cases}[lifecycle]")
    both = ('amount = "case:amount"', 'amount = ["case:amount", "cases.amount"]')
    assert MadeLog(tmp_path, events=won("one")).write(lookup, both).plans()
    only = ('amount = "case:amount"', 'amount = ["amount", "cases.amount"]')
    assert broken(tmp_path, lookup, only) == "lookups.cases.file: no_such_file"
