"""The library of processes: what is wrong with a file is said, and what is published stays."""

from pathlib import Path

import pytest

from processes import BUILT_IN, BadProcess, digest, library, load_file
from sales.clocks import next_deadline
from tests.sales.world import START, World

GOOD = """
name = "plain"
version = 1
title = "Plain"
[[stages]]
name = "first"
title = "First"
probability = 0.5
category = "pipeline"
[clocks.end_by]
limit = "100d"
[clocks.action_window]
limit = "10d"
[reasons]
won = ["fit"]
lost = ["price"]
withdrawn = ["no_fit"]
"""


def written(folder: Path, text: str, name: str = "any_name.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_built_in_processes_are_six() -> None:
    names = [process.name for process in library().all()]

    assert names == [
        *("demo", "expansion", "loan_application", "new_business", "renewal", "renewal_auto")
    ]


def test_a_published_version_never_changes() -> None:
    lines = (BUILT_IN / "published.txt").read_text(encoding="utf-8").splitlines()
    published = dict(line.split() for line in lines if not line.startswith("#"))

    found = {f"{each.name}@{each.version}": digest(each) for each in library().all()}

    assert found == published


def test_a_name_and_a_version_come_from_inside_the_file(tmp_path: Path) -> None:
    assert load_file(written(tmp_path, GOOD)).ref == {"name": "plain", "version": 1}


def test_versions_live_side_by_side_and_the_latest_is_found(tmp_path: Path) -> None:
    for version in (9, 10, 2):
        text = GOOD.replace("version = 1", f"version = {version}")
        written(tmp_path, text, f"plain@{version}.toml")

    found = library(tmp_path)

    assert [process.version for process in found.all() if process.name == "plain"] == [2, 9, 10]
    latest = found.find("plain")
    assert latest
    assert latest.version == 10
    assert found.find("plain", 9) == load_file(tmp_path / "plain@9.toml")
    assert found.find("plain", 3) is None
    assert found.find("nothing") is None


def test_a_users_version_stands_beside_the_built_in_one(tmp_path: Path) -> None:
    text = (BUILT_IN / "demo.toml").read_text(encoding="utf-8")
    written(tmp_path, text.replace("version = 1", "version = 2"))

    found = library(tmp_path)

    assert found.find("demo", 1) == library().find("demo")
    latest = found.find("demo")
    assert latest
    assert latest.version == 2


def test_one_version_never_means_two_things(tmp_path: Path) -> None:
    text = (BUILT_IN / "demo.toml").read_text(encoding="utf-8")
    written(tmp_path, text, "same.toml")
    library(tmp_path)
    path = written(tmp_path, text.replace('end_by]\nlimit = "60s"', 'end_by]\nlimit = "61s"'))

    with pytest.raises(BadProcess) as caught:
        library(tmp_path)

    assert (caught.value.file, caught.value.rule) == (path, "defined_twice")
    assert "demo.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "key", "rule"),
    [
        ('name = "plain"', "name = plain", "file", "not_toml"),
        ('name = "plain"\n', "", "name", "required"),
        ('title = "Plain"', 'titel = "Plain"', "title", "required"),
        ("version = 1", 'version = "one"', "version", "not_a_int"),
        ("version = 1", "version = 0", "version", "too_small"),
        ("version = 1", "version = 1\nunheard_of = 1", "unheard_of", "unknown_field"),
        ("version = 1", 'version = 1\ntime_zone = "Mars"', "time_zone", "unknown_time_zone"),
        ("version = 1", 'version = 1\nsilence = "golden"', "silence", "unknown_value"),
        ("version = 1", 'version = 1\nsilence = "purchase"', "clocks", "silence_as_purchase"),
        ("probability = 0.5", "probability = 2", "stages.first.probability", "too_large"),
        ("probability = 0.5", "probability = nan", "stages.first.probability", "not_a_number"),
        ('"pipeline"', '"closed"', "stages.first.category", "unknown_value"),
        (
            'category = "pipeline"',
            'category = "pipeline"\nenter = ["luck"]',
            "stages.first.enter.0",
            "unknown_condition",
        ),
        (
            'category = "pipeline"',
            'category = "pipeline"\nlimit = "9d"',
            "stages.first.limit",
            "needs_the_stage_limit_clock",
        ),
        ('name = "first"\n', "", "stages.0.name", "required"),
        ("[[stages]]", "[stages]", "stages", "tuple_type"),
        (
            "[clocks.end_by]",
            '[[stages]]\nname = "first"\ntitle = "F"\nprobability = 0\ncategory = "commit"\n'
            "[clocks.end_by]",
            "stages",
            "duplicate_name",
        ),
        ('limit = "100d"', "limit = 100", "clocks.end_by.limit", "needs_unit"),
        ('limit = "100d"', 'limit = "100 days"', "clocks.end_by.limit", "not_a_duration"),
        ('limit = "100d"', 'limit = "0d"', "clocks.end_by.limit", "too_small"),
        ('limit = "100d"', 'limit = "9999999d"', "clocks.end_by.limit", "out_of_range"),
        (
            'limit = "100d"',
            'limit = "100d"\ngrace = "1d"',
            "clocks.end_by.grace",
            "end_by_has_no_grace",
        ),
        ('[clocks.action_window]\nlimit = "10d"', "", "clocks.action_window", "required"),
        ("[reasons]", "[clocks.notice_by]\n[reasons]", "clocks.notice_by", "only_where_silence"),
        ('won = ["fit"]', "won = []", "reasons.won", "required"),
        ('won = ["fit"]', 'won = ["Best Fit"]', "reasons.won.0", "malformed"),
    ],
)
def test_a_bad_file_is_named_with_the_key_and_the_rule(
    tmp_path: Path, old: str, new: str, key: str, rule: str
) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))

    with pytest.raises(BadProcess) as caught:
        load_file(path)

    assert (caught.value.file, caught.value.key) == (path, key)
    assert caught.value.rule.startswith(rule)
    assert all(part in str(caught.value) for part in (str(path), key, rule))


def test_what_cannot_be_read_at_all_is_a_bad_process_too(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "caf\xe9"')
    deep = written(tmp_path, "a = " + "[" * 9_000)

    for path, rule in ((latin, "not_utf_8"), (deep, "not_toml"), (tmp_path, "unreadable")):
        with pytest.raises(BadProcess) as caught:
            load_file(path)
        assert (caught.value.file, caught.value.key, caught.value.rule) == (path, "file", rule)


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadProcess) as caught:
        library(tmp_path / "nowhere")

    assert caught.value.rule == "no_such_folder"


def test_the_digest_sees_what_is_said_and_not_how(tmp_path: Path) -> None:
    first = load_file(written(tmp_path, GOOD))
    same = load_file(written(tmp_path, "# a word more\n" + GOOD.replace('"100d"', '"2400h"')))
    other = load_file(written(tmp_path, GOOD.replace('"100d"', '"101d"')))

    assert digest(same) == digest(first)
    assert digest(other) != digest(first)


def test_a_whole_life_fits_into_a_minute_of_the_demo() -> None:
    process = library().find("demo")
    assert process
    world = World(process)
    due = next_deadline(world.state)

    assert due
    assert (world.state.end_by - START).total_seconds() == 60
    assert (due.at - START).total_seconds() <= 30
