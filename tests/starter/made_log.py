"""A made event log, from a seed, in all three formats: cases of every kind, the usual defects."""

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pyarrow.parquet as pq

from sales.process import Process
from starter.importing.common import load
from starter.importing.events.log import Log
from starter.importing.events.mapping import EventMapping, check
from starter.importing.events.planner import CasePlanner
from starter.importing.plan import Plan
from starter.importing.rows import Rejected
from starter.importing.times import Calendar
from tests.starter.made_export import NOW, PROCESS

MAPPING: Final = """
source = "{source}"
process = "quick"
time_zone = "Europe/Berlin"
dates = "iso"
currency = "EUR"
systems = "robot"
ignore = ["Archive"]

[columns]
case = "case:concept:name"
activity = "concept:name"
time = "time:timestamp"
lifecycle = "lifecycle:transition"
resource = "org:resource"
amount = "case:amount"
name = "Request {{case:concept:name}}"
account = "case:account"
reason = "why"

[account.default]
id = "nobody"
name = "Nobody in particular"

[lifecycle]
begun = "start"
done = "complete"
ignore = ["schedule"]

[mend."concept:name"]
Asked = "Ask"

[activities.Ask]
opens = "first"
engagement = {{ origin = "buyer", channel = "web" }}

[activities.Talk]
stage = "second"
owner = true
engagement = {{ origin = "seller", channel = "phone" }}

[activities.Return]
stage = "first"

[activities.Answer]
engagement = {{ origin = "buyer", channel = "mail" }}

[activities.Work]
effort = {{ most = "8h", pool = "desk" }}

[activities.Sign]
ends = [{{ outcome = "won", evidence = "signed_contract" }}]

[activities.Refuse]
ends = [{{ outcome = "lost", reason = "status_quo", reason_source = "buyer" }}]

[activities.Close]
ends = [
    {{ resource = "robot", outcome = "expired", reason = "buyer_silence" }},
    {{ resource = ["Ann Lee", "Bo Díaz"], outcome = "withdrawn", reason = "disqualified" }},
]

[reasons]
"Did nothing" = "status_quo"
"Best fit" = "best_fit"
"""
COLUMNS: Final = (
    *("case:concept:name", "concept:name", "lifecycle:transition", "org:resource"),
    *("time:timestamp", "case:amount", "case:account", "why"),
)

Cells = dict[str, str]


def event(
    case: str, activity: str, at: datetime | str, resource: str = "", word: str = "complete"
) -> Cells:
    """One event as all formats hold it."""
    told = at if isinstance(at, str) else at.isoformat()
    values = (case, activity, word, resource, told, "120.50", "Acme & Sons", "")
    return dict(zip(COLUMNS, values, strict=True))


@dataclass
class MadeLog:
    """A log: events in the order of the file."""

    folder: Path
    source: str = "madelog"
    events: list[Cells] = field(default_factory=list)

    @property
    def mapping(self) -> Path:
        return self.folder / f"{self.source}.toml"

    def file(self, kind: str) -> Path:
        return self.folder / f"{self.source}.{kind}"

    def write(self, *changes: tuple[str, str], kinds: Iterable[str] = ("csv",)) -> "MadeLog":
        """Put the mapping and the log in place, in these formats."""
        text = MAPPING.format(source=self.source)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.mapping.write_text(text)
        for kind in kinds:
            bare = kind.removesuffix(".gz")
            data = {"csv": self._csv, "parquet": self._parquet, "xes": self._xes}[bare]()
            self.file(kind).write_bytes(gzip.compress(data) if kind != bare else data)
        return self

    def plans(
        self,
        kind: str = "csv",
        as_of: date | None = None,
        now: datetime = NOW,
        process: Process = PROCESS,
    ) -> list[Plan | Rejected]:
        """What becomes of each case, planned as the command does."""
        mapping = load(self.mapping, EventMapping)
        check(mapping, process, self.mapping)
        log = Log(self.file(kind), mapping, self.mapping)
        calendar = Calendar(mapping.time_zone, mapping.dates, now, as_of)
        planner = CasePlanner(log, mapping, process, calendar)
        return [each if isinstance(each, Rejected) else planner.plan(each) for each in log]

    def _csv(self) -> bytes:
        path = self.folder / "lines.tmp"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.events)
        return path.read_bytes()

    def _parquet(self) -> bytes:
        """Times as instants where all of them are, and nothing as null."""
        columns = {name: [row[name] or None for row in self.events] for name in COLUMNS}
        table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        path = self.folder / "table.tmp"
        pq.write_table(table, path)
        return path.read_bytes()

    def _xes(self) -> bytes:
        """A trace for each run of events of one case."""
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<log xes.version="1.0">']
        last = None
        for row in self.events:
            if row["case:concept:name"] != last:
                lines += ["</trace>"] if last is not None else []
                lines.append("<trace>")
                lines += [_attribute(k, v) for k, v in row.items() if k.startswith("case:")]
                last = row["case:concept:name"]
            inner = (_attribute(k, v) for k, v in row.items() if not k.startswith("case:"))
            lines.append(f"<event>{''.join(inner)}</event>")
        lines += ["</trace>"] if last is not None else []
        return "\n".join([*lines, "</log>"]).encode()


def _attribute(key: str, value: str) -> str:
    return f"<string key={quoteattr(key.removeprefix('case:'))} value={quoteattr(value)}/>"


def won(case: str, at: datetime = datetime(2024, 3, 4, 9, tzinfo=UTC)) -> list[Cells]:
    """A case with nothing wrong: asked, talked about, worked on, answered, signed."""
    hour = timedelta(hours=1)
    return [
        event(case, "Ask", at, "robot"),
        event(case, "Work", at + hour, "Ann Lee", "schedule"),
        event(case, "Work", at + 2 * hour, "Ann Lee", "start"),
        event(case, "Talk", at + 3 * hour, "Ann Lee"),
        event(case, "Archive", at + 3 * hour, "nobody knows", "whatever"),
        event(case, "Work", at + 4.5 * hour, "Ann Lee"),
        event(case, "Answer", at + 30 * hour),
        event(case, "Sign", at + 50 * hour, "Ann Lee"),
    ]


def made(
    folder: Path,
    seed: int,
    ended: int,
    open: int,
    source: str = "madelog",
    today: datetime | None = None,
) -> MadeLog:
    """Good cases of every kind: repeated and shuffled events, work over the end, ways back."""
    dice, log, today = Random(seed), MadeLog(folder, source), today or datetime.now(UTC)
    living = set(dice.sample(range(ended + open), open))
    for number in range(ended + open):
        case, at = f"{source}-{number:04}", today - timedelta(days=dice.randrange(30, 250))
        step = timedelta(hours=dice.randrange(1, 20), seconds=dice.randrange(3_600))
        who = dice.choice(("Ann Lee", "Bo Díaz"))
        rows = [event(case, dice.choice(("Ask", "Asked")), at, "robot")]
        for kind in dice.choices(("Talk", "Return", "Answer", "Work", "Archive"), k=6):
            at += step
            if kind == "Work":
                rows.append(event(case, kind, at, who, "start"))
                at += timedelta(minutes=dice.randrange(1, 700))
            rows.append(event(case, kind, at, who if kind != "Answer" else ""))
        if number not in living:
            rows.append(event(case, "Work", at, who, "start"))
            end = dice.choice((("Sign", who), ("Refuse", who), ("Close", "robot"), ("Close", who)))
            rows.append(event(case, end[0], at + step, end[1]))
            rows.append(event(case, "Work", at + step * dice.choice((1, 2)), who))
        rows += dice.sample(rows, 2)
        dice.shuffle(rows)
        log.events += rows
    return log
