"""Takes one snapshot, as its input says: a process of its own for what would hold up a worker."""

import json
import sys
from dataclasses import asdict
from datetime import datetime

from insight.snapshots.taking import Learning, take
from ledger.ledger import Ledger


def main(learning: Learning | None = None) -> None:
    """Read what is asked, take it, and say what was taken."""
    asked = json.load(sys.stdin)
    as_of, taken_at = (datetime.fromisoformat(asked[name]) for name in ("as_of", "taken_at"))
    ledger = Ledger(asked["ledger_url"])
    print(json.dumps(asdict(take(ledger, asked["name"], as_of, taken_at, learning))))
    ledger.close()


if __name__ == "__main__":
    main()
