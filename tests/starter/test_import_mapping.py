"""A mapping is data: what is wrong with it is said with the file, the key and the rule."""

import tomllib
from pathlib import Path

import pytest

from processes import BUILT_IN, library
from starter.importing.common import BadMapping, load
from starter.importing.events.mapping import EventMapping
from starter.importing.events.mapping import check as check_events
from starter.importing.mapping import Mapping, check
from starter.importing.tables.table import BadExport
from tests.starter.made_export import MadeExport, ended_row

BUILT_INS = sorted((BUILT_IN / "mappings").glob("*.toml"))


def broken(folder: Path, *changes: tuple[str, str]) -> str:
    """The key and the rule that the changed mapping breaks, read and used as the command does."""
    export = MadeExport(folder, rows=[ended_row("one")]).write(*changes)
    with pytest.raises(BadMapping) as caught:
        export.plans()
    assert str(caught.value).startswith(f"{export.mapping}: {caught.value.key}: ")
    return f"{caught.value.key}: {caught.value.rule}"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('source = "made"', "", "source: required"),
        ('source = "made"', 'source = "Made up"', "source: malformed"),
        ('source = "made"', "source = ", "file: not_toml"),
        ('"Europe/Berlin"', '"Europe/Atlantis"', "time_zone: unknown_time_zone"),
        ('currency = "EUR"', 'currency = "DOGE"', "currency: unknown_currency"),
        ('currency = "EUR"', 'colour = "red"', "colour: unknown_field"),
        ('currency = "EUR"', 'encoding = "klingon"', "encoding: unknown_encoding"),
        ('thousands_sign = ","', 'thousands_sign = "."', "thousands_sign: same_as_decimal_sign"),
        ('id = "Id"', "", "columns.id: required"),
        ('owner = "Owner"', 'owner = "Boss"', "columns.owner: unknown_column"),
        ('owner = "Owner"', 'owner = "{Boss}"', "columns.owner: unknown_column"),
        ('owner = "Owner"', 'owner = "products.boss"', "columns.owner: unknown_column"),
        ("[mend.Product]", "[mend.Prodcut]", "mend: unknown_column"),
        ('file = "products.csv"', 'file = "none.csv"', "lookups.products.file: no_such_file"),
        ('key = "product"', 'key = "sku"', "lookups.products.key: unknown_column"),
        ('by = "Product"', 'by = "Sku"', "lookups.products.by: unknown_column"),
        ('evidence = "written_acceptance"', "", "ended.Won.evidence: required"),
        ('outcome = "lost"', 'outcome = "expired"', "ended.Lost.outcome: unknown_value"),
        ('New = "first"', 'New = "zeroth"', "stages.New: unknown_stage"),
        ('New = "first"', 'Won = "first"', "ended.Won: is_a_stage_too"),
        ('stage = "second"', 'stage = "third"', "ended.Won: unknown_stage"),
        ('reason = "disqualified"', 'reason = "bored"', "ended.Dropped.reason: unknown_reason"),
        ('"best_fit"', '"luck"', "reasons.Best fit: unknown_reason"),
    ],
)
def test_a_fault_names_its_key_and_its_rule(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert broken(tmp_path, (old, new)) == fault


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match=r"none\.toml: file: unreadable"):
        load(tmp_path / "none.toml", Mapping)


def test_a_side_file_may_not_say_two_things_of_one_key(tmp_path: Path) -> None:
    export = MadeExport(tmp_path, rows=[ended_row("one")]).write()
    (tmp_path / "products.csv").write_text("product,price\nTow Bar,1\nTow Bar,2\n")
    with pytest.raises(BadExport, match=r"product: defined_twice \('Tow Bar'\)"):
        export.plans()


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", "header: required"), ("Id,Id\n", r"header: defined_twice \('Id'\)")],
)
def test_a_file_without_a_sound_header_is_no_export(tmp_path: Path, text: str, fault: str) -> None:
    export = MadeExport(tmp_path).write()
    export.file.write_text(text)
    with pytest.raises(BadExport, match=fault):
        export.plans()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    export = MadeExport(tmp_path).write()
    export.file.unlink()
    with pytest.raises(BadExport, match=r"made\.csv: file: unreadable"):
        export.plans()


@pytest.mark.parametrize("file", BUILT_INS, ids=lambda file: file.stem)
def test_a_built_in_mapping_fits_its_process(file: Path) -> None:
    columns = tomllib.loads(file.read_text())["columns"]
    mapping = load(file, EventMapping if "case" in columns else Mapping)
    process = library().find(mapping.process, mapping.process_version)
    assert process
    if isinstance(mapping, EventMapping):
        check_events(mapping, process, file)
    else:
        assert isinstance(mapping, Mapping)
        check(mapping, process, file)
