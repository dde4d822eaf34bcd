"""What importing a log of events costs: reading, planning by the rules, writing the ledger; beside
the same rows put into the same tables by plain batch inserts."""

import csv
import gc
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, TypeVar

from bench.figures import Figure, compared
from ledger.ledger import Ledger
from processes import BUILT_IN, library
from starter.importing.common import load
from starter.importing.ended import AT_ONCE, write_ended
from starter.importing.events.log import Case, Log
from starter.importing.events.mapping import EventMapping
from starter.importing.events.planner import CasePlanner
from starter.importing.plan import Plan
from starter.importing.rows import Rejected
from starter.importing.times import Calendar

MAPPING: Final = BUILT_IN / "mappings" / "bpic2012.toml"
PUBLIC: Final = Path(__file__).parents[1] / "../shared/data/bpic2012/events.parquet"
TOGETHER: Final = 1_000
T = TypeVar("T")


class Spent(NamedTuple):
    """Microseconds of CPU time a case of one round."""

    read: float
    plan: float
    write: float
    bare: float


def measure(rounds: int, cases: int) -> list[Figure]:
    """The first cases of the public log where it is at hand, else of a made one."""
    with TemporaryDirectory() as folder:
        log = PUBLIC if PUBLIC.exists() else _made(Path(folder) / "made.csv", cases)
        spent = [_round(log, cases, Path(folder) / str(number)) for number in range(rounds)]
    which = "public" if log == PUBLIC else "made"
    work, bare = [each.plan + each.write for each in spent], [each.bare for each in spent]
    return [
        compared(f"Reading a case of the {which} log", "µs", [each.read for each in spent]),
        compared("Planning it", "µs", [each.plan for each in spent]),
        compared("Writing it", "µs", [each.write for each in spent]),
        compared("The same rows by plain batch inserts", "µs", bare),
        compared("Planning and writing", "µs", work, bare),
        compared("Cases a second of CPU time, but for reading", "", [1e6 / each for each in work]),
    ]


def _round(log: Path, cases: int, folder: Path) -> Spent:
    """Ended cases only: those that are open are their worker's to begin."""
    folder.mkdir()
    mapping = load(MAPPING, EventMapping)
    process = library().find(mapping.process)
    assert process
    rows = Log(log, mapping, MAPPING)
    calendar = Calendar(mapping.time_zone, mapping.dates, datetime.now(UTC), date(2012, 3, 14))
    planner, all_of_it = CasePlanner(rows, mapping, process, calendar), iter(rows)
    seconds, count = [0.0, 0.0, 0.0], 0
    gc.collect()
    gc.freeze()
    with closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")) as ledger:
        ledger.migrate()
        while count < cases:
            some, read = _timed(lambda: list(islice(all_of_it, TOGETHER)))
            if not some:
                break
            plans, planned = _timed(partial(_ended, planner, some))
            writing = partial(write_ended, ledger, process, plans, lambda _: None)
            _, wrote = _timed(writing)
            seconds = [a + b for a, b in zip(seconds, (read, planned, wrote), strict=True)]
            count += len(some)
    bare = _copied(folder / "ledger.db", folder / "bare.db")
    return Spent(*(each / count * 1e6 for each in (*seconds, bare)))


def _ended(planner: CasePlanner, some: Sequence[Case | Rejected]) -> list[Plan]:
    plans = [planner.plan(case) for case in some if isinstance(case, Case)]
    assert all(isinstance(plan, Plan) for plan in plans), "the log is a good one"
    return [plan for plan in plans if isinstance(plan, Plan) and plan.outcome]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the seconds of CPU time that it took."""
    begun = time.thread_time()
    done = work()
    return done, time.thread_time() - begun


def _copied(source: Path, target: Path) -> float:
    """Seconds that it takes to insert the rows of all tables of one database into another."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        schema = old.execute("select name, sql from sqlite_master where sql not null").fetchall()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = OFF"):
            new.execute(f"pragma {pragma}")
        for _, sql in schema:
            new.execute(sql)
        names = [name for name, sql in schema if sql.startswith("CREATE TABLE")]
        tables = {name: old.execute(f"select * from {name}").fetchall() for name in names}
        return _timed(lambda: _insert(new, tables))[1]


def _insert(database: sqlite3.Connection, tables: dict[str, list[tuple[object, ...]]]) -> None:
    """As many to a transaction as the import writes."""
    times = max(len(tables["opportunity"]) // AT_ONCE, 1)
    for turn in range(times):
        for name, rows in tables.items():
            size = -(-len(rows) // times)
            some = rows[turn * size : (turn + 1) * size]
            if some:
                marks = ", ".join("?" * len(some[0]))
                database.executemany(f"insert into {name} values ({marks})", some)
        database.commit()


def _made(path: Path, cases: int) -> Path:
    """Sixteen events a case, from an application to an approval or a no."""
    header = ("case_id", "activity", "lifecycle", "resource", "timestamp", "amount_req")
    steps = ["A_SUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "O_SENT", "O_SENT_BACK"]
    begun, hour = datetime(2011, 10, 1, tzinfo=UTC), timedelta(hours=1)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(header)
        for case in range(cases):
            at, who = begun + case * hour / 10, str(10_000 + case % 50)
            for step in (*steps, "A_APPROVED" if case % 5 == 0 else "A_DECLINED"):
                write((case, step, "COMPLETE", who, (at := at + hour).isoformat(), 5_000))
                for word in ("START", "COMPLETE") if step in steps else ():
                    at += hour
                    write((case, "W_Valideren aanvraag", word, who, at.isoformat(), 5_000))
    return path
