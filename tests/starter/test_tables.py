"""Files come from strangers: what they hold is read, and whatever else they try is refused."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from starter.importing.tables.csv import CsvTable
from starter.importing.tables.parquet import ParquetTable
from starter.importing.tables.table import BadExport, Table
from starter.importing.tables.xes import XesTable

EVENT: Final = '<event><string key="concept:name" value="{}"/></event>'
LAUGHS: Final = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


def xes(path: Path) -> Table:
    return XesTable(path, {"concept:name", "case:concept:name"})


def log(*events: str, before: str = "", trace: str = "") -> bytes:
    return f"{before}<log><trace>{trace}{''.join(events)}</trace></log>".encode()


def read(table: Callable[[Path], Table], path: Path, data: bytes) -> list[tuple[str, ...]]:
    path.write_bytes(data)
    return [record.cells for record in table(path).records()]


def refused(table: Callable[[Path], Table], path: Path, data: bytes) -> str:
    with pytest.raises(BadExport) as caught:
        read(table, path, data)
    told = str(caught.value)
    assert told.startswith(f"{path}: ")
    return told.removeprefix(f"{path}: ").partition(" (")[0]


def csv(path: Path) -> Table:
    return CsvTable(path, "utf-8-sig", ",")


# -- XES -------------------------------------------------------------------------------------------


def test_an_event_has_its_own_words_and_those_of_its_trace(tmp_path: Path) -> None:
    named = '<string key="concept:name" value="A &amp; B"/>'
    deeper = '<int key="concept:name" value="7"/>'
    inner = f'<event><string key="concept:name" value="x">{deeper}</string></event>'
    data = log(EVENT.format("Ask"), inner, trace=named)
    assert read(xes, tmp_path / "a.xes", data) == [("A & B", "Ask"), ("A & B", "x")]


def test_what_a_trace_says_behind_its_events_counts_too(tmp_path: Path) -> None:
    data = log(EVENT.format("Ask"), '<string key="concept:name" value="7"/>')
    assert read(xes, tmp_path / "a.xes", data) == [("7", "Ask")]


def test_a_trace_without_events_is_not_lost(tmp_path: Path) -> None:
    data = log(trace='<string key="concept:name" value="7"/>')
    assert read(xes, tmp_path / "a.xes", data) == [("7", "")]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (
            log(EVENT.format("&l9;"), before=f'<!DOCTYPE log [<!ENTITY l0 "ha">{LAUGHS}]>'),
            "doctype: forbidden",
        ),
        (
            log(EVENT.format("&x;"), before='<!DOCTYPE log [<!ENTITY x SYSTEM "/etc/hostname">]>'),
            "doctype: forbidden",
        ),
        (
            log(EVENT.format("a"), before='<!DOCTYPE log SYSTEM "http://127.0.0.1:1/log.dtd">'),
            "doctype: forbidden",
        ),
        (log(EVENT.format("&never;")), "file: not_xml"),
        (log(EVENT.format("a"))[:-20], "file: not_xml"),
        (log("<event>" * 100 + EVENT.format("a")), "file: too_deep"),
        (log(EVENT.format("a" * 3 * 2**20)), "file: too_large"),
        (log(EVENT.format("a")).replace(b"log>", b"html>"), "file: not_xes"),
        (b"", "header: required"),
        (b"concept:name", "file: not_xml"),
    ],
    ids=[
        *("laughs", "entity", "dtd", "undefined", "cut", "deep", "tag", "html", "empty", "text"),
    ],
)
def test_a_log_that_is_none_or_asks_for_more_is_refused(
    tmp_path: Path, data: bytes, rule: str
) -> None:
    assert refused(xes, tmp_path / "a.xes", data) == rule


# -- packed, Parquet, CSV ------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "kind"), [(csv, "csv"), (xes, "xes")], ids=["csv", "xes"])
def test_what_unpacks_without_end_is_refused_within_bounded_memory(
    tmp_path: Path, monkeypatch: Any, table: Callable[[Path], Table], kind: str
) -> None:
    monkeypatch.setattr("starter.importing.tables.unpacking.FREE", 2**20)
    path = tmp_path / f"bomb.{kind}.gz"
    with gzip.open(path, "wb") as file:
        file.write(b"concept:name\n" if kind == "csv" else b'<log><a key="concept:name"/>')
        for _ in range(40):
            file.write((b" " * 1023 + b"\n") * 2**10)
    data = path.read_bytes()
    tracemalloc.start()
    assert refused(table, path, data) == "file: unpacks_too_far"
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * 2**20


@pytest.mark.parametrize(
    "data",
    [b"id,name\n1,a\n", gzip.compress(b"id\n" * 9_000)[:-20]],
    ids=["not packed", "only half"],  # by its bytes it would have another name every second
)
def test_what_is_not_packed_or_only_half_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refused(csv, tmp_path / "a.csv.gz", data) == "file: not_gzip"


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    assert refused(csv, tmp_path / "a.csv", b"id\n" + b"a," * 2**20) == "line: too_long"


def test_parquet_is_read_as_texts(tmp_path: Path) -> None:
    at = pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns", "Europe/Berlin"))
    columns = {
        "at": at,
        "day": pa.array([19_000, None], pa.date32()),
        "number": pa.array([20_000, None]),
        "exact": pa.array(["1.50", None]).cast(pa.decimal128(9, 2)),
        "text": pa.array(["ä", None]).dictionary_encode(),
        "nested": pa.array([[1], []]),
    }
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), path)
    table = ParquetTable(path)
    assert table.header == ("at", "day", "number", "exact", "text")
    first, second = table.records()
    assert first.cells == ("2023-11-14 22:13:20.123456Z", "2022-01-08", "20000", "1.50", "ä")
    assert second.cells == ("",) * 5


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    assert refused(ParquetTable, tmp_path / "a.parquet", b"PAR1 or so") == "file: not_parquet"
