"""A process of its own that writes the batches in a file, and can be held around its commit.

python writer.py URL BATCHES {run|hold-before-commit|hold-after-commit}
"""

import sys
import time
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy import Engine, event

from ledger.batch import Batch
from ledger.ledger import Ledger


def hold(*_: object) -> None:
    """Say that the moment has come, and wait to be killed."""
    print("held", flush=True)
    time.sleep(60)


def main(url: str, file: str, manner: str) -> None:
    """Write every batch in one transaction, or one by one where nothing is held."""
    batches = TypeAdapter(list[Batch]).validate_json(Path(file).read_bytes())
    ledger = Ledger(url)
    if manner == "run":
        for batch in batches:
            ledger.record(batch)
        return
    if manner == "hold-before-commit":
        event.listen(Engine, "commit", hold)
    ledger.record_many(batches)
    hold()


if __name__ == "__main__":
    main(*sys.argv[1:])
