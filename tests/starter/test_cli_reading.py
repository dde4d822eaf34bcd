"""What is read from the ledger and from files: lists, journals, deadlines, processes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.starter.conftest import PROCESS, Site, until

Opened = Callable[..., str]


def test_an_account_is_opened_amended_listed_and_shown(site: Site) -> None:
    site.done("account", "open", "shop", "--name", "Shop", "--segment", "retail", "--tier", "a")
    site.done("account", "amend", "shop", "--owner", "ann", "--territory", "north")
    shown = site.told("account", "show", "shop")
    assert (shown["name"], shown["segment"], shown["tier"]) == ("Shop", "retail", "a")
    assert (shown["owner"], shown["territory"], shown["open"]) == ("ann", "north", {})
    assert shown["source"] == "workflow"
    until(lambda: [each["id"] for each in site.told("account", "list")], lambda ids: "shop" in ids)


def test_a_retired_account_withdraws_what_was_open(site: Site, opened: Opened) -> None:
    site.done("account", "open", "gone", "--name", "Gone")
    id = opened(account="gone")
    site.done("account", "retire", "gone", "--reason", "closed down", "--within", "10s")
    shown = until(lambda: site.told("opportunity", "show", id), lambda it: it["outcome"])
    assert (shown["outcome"], shown["reason"]) == ("withdrawn", "account_closed")


def test_a_list_can_be_narrowed_and_paged(site: Site, opened: Opened) -> None:
    site.done("account", "open", "paged", "--name", "Paged")
    ids = [opened("--owner", "pat", account="paged") for _ in range(3)]
    narrow = ("opportunity", "list", "--account", "paged", "--outcome", "open", "--owner", "pat")
    until(lambda: site.told(*narrow), lambda rows: len(rows) == 3)
    first = site.run(*narrow, "--limit", "2")
    assert first.stderr == f"there may be more: --after {ids[1]}\n"
    rest = site.told(*narrow, "--limit", "2", "--after", ids[1])
    assert [row["id"] for row in rest] == ids[2:]
    assert (rest[0]["amount"], rest[0]["stage"], rest[0]["outcome"]) == (None, "first", None)


def test_the_journal_tells_every_fact_in_order(site: Site, opened: Opened) -> None:
    id = opened()
    site.done("opportunity", "effort", id, "1.5", "--actor", "jane", "--note", "a long call")
    site.refused("opportunity", "stage", id, "third")
    facts = until(lambda: site.told("opportunity", "journal", id), lambda it: len(it) == 3)
    assert [fact["kind"] for fact in facts] == ["opened", "effort_logged", "refused"]
    assert [fact["sequence"] for fact in facts] == [1, 2, 3]
    assert (facts[1]["actor"], facts[1]["note"]) == ("jane", "a long call")
    assert facts[1]["data"] == {"hours": "1.5"}
    assert "a long call" not in site.done("opportunity", "journal", id, "--superseded")


def test_the_deadlines_ahead_are_told_with_their_clock(site: Site, opened: Opened) -> None:
    id = opened("--amount", "3.30", "--currency", "EUR", "--owner", "dora")
    args = ("deadlines", "--within", "30d", "--owner", "dora")
    (found,) = until(lambda: site.told(*args))
    assert (found["id"], found["clock"], found["overdue"]) == (id, "buyer_silence", False)
    assert (found["amount"], found["left"][:4]) == ("3.30", "19d ")
    assert datetime.fromisoformat(found["deadline"]) > datetime.now(UTC)
    assert site.told("deadlines", "--within", "1d", "--owner", "dora") == []


def test_control_characters_of_strangers_do_not_reach_the_terminal(
    site: Site, opened: Opened
) -> None:
    id = opened()
    site.done("opportunity", "amend", id, "--name", "red \x1b[31m name [bold]")
    assert "red \\x1b[31m name [bold]" in site.done("opportunity", "show", id)


def test_processes_are_listed_with_ones_own(site: Site) -> None:
    found = {(each["name"], each["version"]) for each in site.told("processes", "list")}
    assert found >= {("new_business", 1), ("renewal_auto", 1), ("quick", 1), ("quick", 2)}


def test_a_process_is_shown_in_its_latest_or_a_named_version(site: Site) -> None:
    assert site.told("processes", "show", "quick")["version"] == 2
    assert site.told("processes", "show", "quick", "--version", "1")["version"] == 1
    text = site.done("processes", "show", "new_business")
    assert "contact:economic_buyer" in text
    assert "buyer_silence" in text
    assert site.refused("processes", "show", "slow").startswith("refused: process: unknown_process")


def test_a_sound_process_file_is_said_to_be(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(PROCESS.format(version=7))
    assert site.told("processes", "check", str(file)) == {
        "file": str(file),
        "sound": True,
        "name": "quick",
        "version": 7,
    }


def test_an_unsound_process_file_is_refused_with_file_key_and_rule(
    site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(PROCESS.format(version=7).replace('enter = ["amount"]', 'enter = ["luck"]'))
    words = site.refused("processes", "check", str(file))
    assert words.startswith(f"refused: {file}: stages.second.enter.0: unknown_condition")
