"""The opportunities of a snapshot, as the columns of a Parquet file."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from insight.past import OUTCOMES, Floats
from insight.pipeline import GROUPS, Pipeline, decimal_of, texts_of

TEXTS: Final = (
    *("opportunity", "account", "process", "stage", "category", "judged_by", "outcome"),
    *("owner", "team", "territory", "segment", "product", "currency"),
)
WHOLE: Final = ("process_version", "attempt")
INSTANTS: Final = ("closed_at", "end_known_at", "deadline", "end_by")
SHARES: Final = ("stage_probability", "vendor_probability")
WON_BY: Final = "won_by_"
"""Before the last day of a period: the learned chance to be won by then, null once it has ended."""
EXACT: Final = (22, 4)
"""Digits in all and behind the point of an amount."""

Columns = Mapping[str, NDArray[Any]]
"""By name. Texts are empty and numbers NaN where nothing is known; instants are seconds since 1970
and days are days since then. The amount is in ten-thousandths, -1 where none was said."""


def write(columns: Columns) -> bytes:
    """The file: a column for each name, null where nothing is known."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: _arrow(name, values) for name, values in columns.items()})
    file = BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def read(file: bytes) -> dict[str, NDArray[Any]]:
    """The columns that were written."""
    import pyarrow.parquet as pq

    table = pq.read_table(BytesIO(file))
    return {name: _numpy(name, table.column(name)) for name in table.column_names}


def ends_of(columns: Columns) -> list[date]:
    """The last days of the periods for which chances were said."""
    said = (name.removeprefix(WON_BY) for name in columns if name.startswith(WON_BY))
    return sorted(map(date.fromisoformat, said))


def pipeline_of_items(columns: Columns, as_of: float) -> Pipeline:
    """How they stood, as the bridge wants it."""
    amount, words = columns["amount"], {name: columns[name] for name in GROUPS}
    names = {name: code for code, name in enumerate(OUTCOMES)}
    outcome = np.array([names[each] for each in columns["outcome"]], np.int8)
    units = np.empty(len(amount), object)
    units[:] = [max(int(each), 0) for each in amount]
    return Pipeline(
        as_of=as_of,
        ids=columns["opportunity"],
        outcome=outcome,
        reopened=columns["attempt"] > 1,
        units=units,
        sized=amount >= 0,
        day=np.where(np.isnan(columns["close_date"]), np.inf, columns["close_date"]),
        ended=columns["closed_at"],
        ended_known=columns["end_known_at"],
        words={**words, "currency": columns["currency"], "account_id": columns["account"]},
    )


def _arrow(name: str, values: NDArray[Any]) -> Any:
    import pyarrow as pa

    if name in TEXTS:
        return pa.array([each or None for each in values], pa.string()).dictionary_encode()
    if name in WHOLE:
        return pa.array(values.astype(np.int32))
    if name == "amount":
        told = [decimal_of(each) if each >= 0 else None for each in values.tolist()]
        return pa.array(told, pa.decimal128(*EXACT))
    missing = np.isnan(values)
    if name in INSTANTS:
        micros = np.rint(np.where(missing, 0, values) * 1e6).astype(np.int64)
        return pa.array(micros, mask=missing).cast(pa.timestamp("us", "UTC"))
    if name == "close_date":
        return pa.array(np.where(missing, 0, values).astype(np.int32), mask=missing).cast(
            pa.date32()
        )
    return pa.array(values, mask=missing)


def _numpy(name: str, column: Any) -> NDArray[Any]:
    import pyarrow as pa

    if name in TEXTS:
        return texts_of([each or "" for each in column.cast(pa.string()).to_pylist()])
    if name in WHOLE:
        return np.asarray(column.to_numpy(), np.int32)
    if name == "amount":
        return _units(column.to_pylist())
    if name in INSTANTS:
        return _floats(column.cast(pa.int64())) / 1e6
    if name == "close_date":
        return _floats(column.cast(pa.int32()))
    return _floats(column)


def _units(amounts: list[Any]) -> NDArray[Any]:
    units = np.empty(len(amounts), object)
    units[:] = [-1 if each is None else int(each.scaleb(EXACT[1])) for each in amounts]
    return units


def _floats(column: Any) -> Floats:
    return np.asarray(column.to_numpy(), np.float64)
