"""A made CRM export, from a seed: rows with the usual defects, bad rows, a side file, a mapping."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from sales.process import Process
from starter.importing.common import load
from starter.importing.deal import Reader
from starter.importing.mapping import Mapping, check
from starter.importing.plan import Plan
from starter.importing.planner import Planner
from starter.importing.rows import Export, Rejected, Row
from starter.importing.times import Calendar

NOW: Final = datetime(2025, 3, 4, 15, tzinfo=UTC)

HEADER: Final = (
    *("Id", "Name", "Account", "Stage", "Amount", "Currency", "Created", "Heard", "Closed"),
    *("Expected", "Owner", "Product", "Why"),
)
PRODUCTS: Final = "product,price\nRoof Rack,120\nTow Bar,890.50\n"

MAPPING: Final = """
source = "{source}"
process = "quick"
time_zone = "Europe/Berlin"
currency = "EUR"
thousands_sign = ","

[columns]
id = "Id"
name = ["Name", "{{Product}} for {{Account}}", "Product"]
account = "Account"
stage = "Stage"
amount = ["Amount", "products.price"]
won_amount = "Amount"
currency = "Currency"
opened = "Created"
engaged = "Heard"
closed = "Closed"
close_date = "Expected"
owner = "Owner"
product = "Product"
reason = "Why"

[account.default]
id = "nobody"
name = "Nobody in particular"

[lookups.products]
file = "products.csv"
key = "product"
by = "Product"

[mend.Product]
RoofRack = "Roof Rack"

[empty]
Amount = ["0"]

[missing]
opened = "today"

[stages]
New = "first"
Talking = "second"

[ended.Won]
outcome = "won"
stage = "second"
evidence = "written_acceptance"

[ended.Lost]
outcome = "lost"
stage = "first"

[ended.Dropped]
outcome = "withdrawn"
reason = "disqualified"

[reasons]
"Best fit" = "best_fit"
"Did nothing" = "status_quo"
"""

PROCESS: Final = Process.model_validate(
    {
        "name": "quick",
        "version": 1,
        "title": "Quick",
        "opening": {"requires": ["account", "name"]},
        "stages": [
            {"name": "first", "title": "First", "probability": 0.2, "category": "pipeline"},
            {"name": "second", "title": "Second", "probability": 0.5, "category": "best_case"},
        ],
        "clocks": {
            "end_by": {"limit": "300d"},
            "close_date": {"grace": "1d"},
            "buyer_silence": {"limit": "20d"},
            "action_window": {"limit": "10d"},
        },
        "reasons": {"won": ["best_fit"], "lost": ["status_quo"], "withdrawn": ["disqualified"]},
    }
)

Cells = dict[str, str]


@dataclass
class MadeExport:
    """An export: rows by column, and behind them lines that are not even text."""

    folder: Path
    source: str = "made"
    rows: list[Cells] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / f"{self.source}.csv"

    @property
    def mapping(self) -> Path:
        return self.folder / f"{self.source}.toml"

    def write(self, *changes: tuple[str, str]) -> "MadeExport":
        """Put the files in place, with changes to the mapping's text."""
        text = MAPPING.format(source=self.source)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.mapping.write_text(text)
        (self.folder / "products.csv").write_text(PRODUCTS)
        lines = [",".join(HEADER), *(_line(row) for row in self.rows)]
        self.file.write_bytes(b"\r\n".join([*(line.encode() for line in lines), *self.lines, b""]))
        return self

    def plans(
        self,
        as_of: date | None = None,
        now: datetime = NOW,
        process: Process = PROCESS,
        kind: str = "csv",
    ) -> list[Plan | Rejected]:
        """What becomes of each row, planned as the command does."""
        mapping = load(self.mapping, Mapping)
        check(mapping, process, self.mapping)
        export = Export(self.file.with_suffix(f".{kind}"), mapping, self.mapping)
        planner = planner_of(export, mapping, process, now, as_of)
        return [planner.plan(row) if isinstance(row, Row) else row for row in export]


def planner_of(
    export: Export, mapping: Mapping, process: Process, now: datetime, as_of: date | None = None
) -> Planner:
    calendar = Calendar(mapping.time_zone, mapping.dates, now, as_of)
    return Planner(Reader(export, mapping, calendar), mapping, process, calendar)


def _line(row: Cells) -> str:
    cells = (row.get(name, "") for name in HEADER)
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)


def ended_row(id: str, **cells: str) -> Cells:
    """A won row with nothing wrong."""
    return {
        **{"Id": id, "Name": f"Order {id}", "Account": "Acme", "Stage": "Won", "Amount": "100"},
        **{"Created": "2024-01-10", "Closed": "2024-03-01", "Owner": "Ann Lee"},
        **{"Product": "Tow Bar", "Why": "Best fit", **cells},
    }


def open_row(id: str, **cells: str) -> Cells:
    """An open row with nothing wrong."""
    plain = ended_row(id, Stage="Talking", Amount="", Closed="", Why="")
    return {**plain, "Created": "2025-02-01", "Heard": "2025-02-20", **cells}


def made(folder: Path, seed: int, ended: int, open: int, source: str = "made") -> MadeExport:
    """Good rows, with everything that real exports have wrong and a mapping puts right."""
    dice, today = Random(seed), datetime.now(UTC).date()
    export, living = MadeExport(folder, source), dice.sample(range(ended + open), open)
    for number in range(ended + open):
        created = today - timedelta(days=dice.randrange(30, 400))
        row: Cells = {
            "Id": f"{source}-{number:04}",
            "Name": dice.choice(("", f"Order {number}")),
            "Account": dice.choice(("Acme & Sons", "Bäcker", "Zeta GmbH", "dot.com")),
            "Stage": dice.choice(("Won", "Lost", "Dropped")),
            "Amount": dice.choice(("0", "1,250.00", "75")),
            "Currency": dice.choice(("", "usd", "EUR")),
            "Created": created.isoformat(),
            "Heard": dice.choice(("", (created + timedelta(days=5)).isoformat())),
            "Closed": (created + timedelta(days=dice.randrange(0, 30))).isoformat(),
            "Owner": dice.choice(("Ann Lee", "Bo Díaz")),
            "Product": dice.choice(("RoofRack", "Roof Rack", "Tow Bar", "Unheard Of")),
            "Why": "",
        }
        if number in living:
            row |= {"Stage": dice.choice(("New", "Talking")), "Closed": "", "Amount": "0"}
            row |= dice.choice(({}, {"Account": ""}, {"Account": "", "Created": "", "Heard": ""}))
        export.rows.append(row)
    return export


BAD: Final[list[tuple[str, str, Callable[[str], Cells]]]] = [
    ("id", "required", lambda id: ended_row("")),
    ("id", "duplicate", lambda id: ended_row("good")),
    ("id", "ambiguous", lambda id: ended_row("go/od")),
    ("id", "too_long", lambda id: ended_row("x" * 81)),
    ("stage", "unknown_stage", lambda id: ended_row(id, Stage="Sleeping")),
    ("stage", "required", lambda id: ended_row(id, Stage="")),
    ("amount", "too_small", lambda id: ended_row(id, Amount="-5")),
    ("amount", "not_a_number", lambda id: ended_row(id, Amount="NaN")),
    ("amount", "not_a_number", lambda id: ended_row(id, Amount="a lot")),
    ("amount", "too_large", lambda id: ended_row(id, Amount="1e15")),
    ("amount", "too_precise", lambda id: ended_row(id, Amount="1.23456")),
    ("currency", "unknown_currency", lambda id: ended_row(id, Currency="XYZ")),
    ("opened", "required", lambda id: ended_row(id, Created="")),
    ("opened", "not_a_date", lambda id: ended_row(id, Created="31.12.2024")),
    ("opened", "out_of_range", lambda id: ended_row(id, Created="1066-10-14")),
    ("opened", "in_the_future", lambda id: open_row(id, Created="2199-01-01")),
    ("closed", "required", lambda id: ended_row(id, Closed="")),
    ("closed", "before_opened", lambda id: ended_row(id, Closed="2024-01-09")),
    ("closed", "in_the_future", lambda id: ended_row(id, Closed="2199-01-01")),
    ("close_date", "past_end_by", lambda id: open_row(id, Expected="2190-01-01")),
    ("reason", "unknown_reason", lambda id: ended_row(id, Why="Bad weather")),
    ("name", "too_long", lambda id: ended_row(id, Name="x" * 201)),
    ("account", "ambiguous", lambda id: ended_row(id, Account="Go.od!")),
    ("owner", "too_long", lambda id: ended_row(id, Owner="x" * 101)),
]
"""Bad rows, each with the field and the rule it breaks."""

BAD_BYTES: Final = [
    ("Name", "encoding", b"b-1,caf\xe9,Acme,Won,1,,2024-01-10,,2024-03-01,,,,"),
    ("Name", "null_character", b"b-2,a\0b,Acme,Won,1,,2024-01-10,,2024-03-01,,,,"),
    ("row", "column_count", b"b-3,short,Acme"),
    ("row", "not_csv", b'b-4,"closed" twice",Acme,Won,1,,2024-01-10,,2024-03-01,,,,'),
]
"""Rows that cannot even be read."""


def add_bad_rows(export: MadeExport) -> list[tuple[str, str]]:
    """One of each, behind two good rows that some clash with; the field and rule each breaks."""
    export.rows += [ended_row("good", Account="Go.od"), ended_row("go-od")]
    export.rows += [make(f"bad-{number}") for number, (*_, make) in enumerate(BAD)]
    export.lines += [line for *_, line in BAD_BYTES]
    return [(field, rule) for field, rule, _ in (*BAD, *BAD_BYTES)]
