"""`python -m starter.healthy`: whether the worker beside us asks for work, by its own metrics.

For the health check of a container: it asks that one worker, and nothing of anybody else, for a
server that is down is no fault of the worker's. It runs often, so it imports next to nothing.
"""

import os
import re
import sys
from typing import Final
from urllib.request import urlopen

SECONDS: Final = 3.0
POLLERS: Final = re.compile(r"^temporal_num_pollers\{.*\} ([1-9]\d*)$", re.MULTILINE)
"""How many of its calls wait at the server for a task, one line a kind of task."""


def problem(metrics: str | None) -> str | None:
    """Nothing where the worker that serves its metrics there asks for work, else what is wrong."""
    if not metrics:
        return "CLOSELINE_METRICS: not set, so the worker serves no metrics to be asked for"
    try:
        with urlopen(f"http://{metrics}/metrics", timeout=SECONDS) as reply:
            found: str = reply.read().decode()
    except OSError as error:
        return f"no worker answers at {metrics}: {error}"
    return None if POLLERS.search(found) else "the worker asks for no work"


if __name__ == "__main__":
    sys.exit(problem(os.environ.get("CLOSELINE_METRICS")))
