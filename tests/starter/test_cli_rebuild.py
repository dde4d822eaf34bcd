"""`closeline rebuild` and `closeline diff`: a ledger made again, and whether it is the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.ledger import Ledger
from tests.starter.conftest import Site, until

Opened = Callable[..., str]


@pytest.fixture
def live(site: Site) -> str:
    return f"sqlite:///{site.folder / 'data' / 'ledger.db'}"


@pytest.fixture
def new(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new.db'}"


@pytest.fixture
def written(site: Site, opened: Opened) -> str:
    """An opportunity of which the ledger knows all."""
    id = opened("--amount", "1200.00", "--currency", "EUR")
    site.done("opportunity", "stage", id, "second")
    site.done("opportunity", "decide", id, "no", "--reason", "status_quo")
    until(lambda: site.told("opportunity", "show", id), lambda shown: shown["source"] == "ledger")
    until(
        lambda: site.told("account", "show", "acme"),
        lambda shown: id not in shown["open"] and shown["unwritten"] == 0,
    )
    return id


def same(live: str, new: str, *ids: str) -> bool:
    """Whether both have the same rows of these opportunities, and the same facts."""
    here, there = Ledger(live), Ledger(new)
    try:
        found = [
            [(each.opportunity(id), each.journal("opportunity", id)) for id in ids]
            for each in (here, there)
        ]
    finally:
        here.close()
        there.close()
    assert all(row for row, _ in found[0])
    return found[0] == found[1]


def test_a_ledger_is_made_from_its_journal_and_equals_it(
    site: Site, written: str, live: str, new: str
) -> None:
    told = site.told("rebuild", "--to", new)
    assert told["facts"] >= 5
    assert told["folded"]["opportunity"] >= 1
    assert told["copied"].keys() >= {"process", "reservation"}
    assert same(live, new, written)
    found = site.told("diff", live, new)
    assert found["equal"]
    looked_at = {each["table"] for each in found["tables"] if each["same"]}
    assert looked_at >= {"fact", "opportunity", "account", "process", "reservation"}


def test_a_ledger_is_made_from_histories_and_what_is_lost_is_said(
    site: Site, written: str, live: str, new: str
) -> None:
    result = site.run("rebuild", "--to", new, "--from-temporal")
    assert result.exit_code == 0, result.stderr
    assert "opportunities" in result.stdout
    assert "import" in result.stderr
    assert same(live, new, written)


def test_a_difference_is_shown_and_told_by_the_exit_code(
    site: Site, written: str, live: str, new: str
) -> None:
    site.done("rebuild", "--to", new)
    other = Ledger(new)
    with other._write() as connection:
        connection.exec_driver_sql(f"UPDATE opportunity SET name = 'x' WHERE id = '{written}'")
    other.close()
    shown = site.run("diff", live, new)
    assert shown.exit_code == 1
    assert "name: Order / x" in shown.stdout
    told = site.run("diff", live, new, "--json")
    assert told.exit_code == 1
    assert '"equal": false' in told.stdout


def test_a_ledger_that_is_not_empty_is_refused(site: Site, written: str, live: str) -> None:
    for more in ((), ("--from-temporal",)):
        words = site.refused("rebuild", "--to", live, *more)
        assert words.startswith("refused: to: not_empty (")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("rebuild", "--to", "nonsense"), 2),
        (("rebuild",), 2),
        (("diff", "nonsense", "nonsense"), 2),
        (("rebuild", "--ledger-url", "sqlite:////nowhere/l.db", "--to", "sqlite:////tmp/x.db"), 3),
        (("diff", "sqlite:////nowhere/l.db", "sqlite:////nowhere/l.db"), 3),
        (("rebuild", "--to", "sqlite:////nowhere/l.db"), 3),
    ],
)
def test_what_cannot_be_reached_and_wrong_usage_have_their_exit_codes(
    site: Site, args: Any, code: int
) -> None:
    result = site.run(*args)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.stderr
