"""A whole export of a real shape: 8,800 deals of a fictitious seller, where the files are at hand.

A slow machine does not land them all in the time a test may take. Then the import is killed, and
a dry run has to find that what landed and what is left are the whole file.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from ledger.ledger import Ledger
from tests.starter.conftest import Site, make_site, wait_until_up

FILE: Final = Path(__file__).parents[2] / "../shared/data/maven_crm/sales_pipeline.csv"
SECONDS: Final = 50
ENDED: Final = {"won": 4_238, "lost": 2_473}
OPEN: Final = 2_089
IMPORT: Final = ("import", str(FILE), "--mapping", "maven_crm", "--as-of", "2017-12-31", "--json")

pytestmark = [
    pytest.mark.skipif(not FILE.exists(), reason=f"there is no {FILE}"),
    pytest.mark.skipif("CI" in os.environ, reason="CI is set, and this takes more than a minute"),
    pytest.mark.timeout(120),
]


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: so many opportunities would slow the other tests."""
    site = make_site(tmp_path_factory.mktemp("real"))
    up = site.start("up", "--port", "0", "--headless")
    wait_until_up(site, up)
    yield site
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=20) == 0


def land(site: Site) -> None:
    """Import for as long as a test may."""
    command = [sys.executable, "-m", "starter.cli", *IMPORT]
    process = subprocess.Popen(command, env=site.environ, stdout=subprocess.DEVNULL)
    try:
        assert process.wait(timeout=SECONDS) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def test_every_row_of_the_real_export_lands(own_site: Site) -> None:
    land(own_site)
    told: dict[str, Any] = json.loads(own_site.done(*IMPORT, "--dry-run"))
    assert (told["rows"], told["rejected"], told["changed"]) == (8_800, 0, 0)
    assert told["ended"] == 0, "what has ended lands first"
    assert told["already"] + told["opened"] == 8_800
    ledger = Ledger(f"sqlite:///{own_site.folder / 'data' / 'ledger.db'}")
    rows = ledger.opportunities()
    ledger.close()
    assert Counter(row.outcome for row in rows if row.outcome) == ENDED
    waiting = sum(row.outcome is None for row in rows)
    print(f"{waiting:,} of {OPEN:,} opportunities opened within {SECONDS} s")
    assert 0 < waiting <= OPEN
    assert len(rows) == told["already"]
    nobody = sum(row.account_id == "no-account" for row in rows)
    assert nobody == 1_425 if waiting == OPEN else 0 < nobody <= 1_425
    assert all(row.amount and row.owner and row.team for row in rows)
    assert not {row.product for row in rows} & {"GTXPro"}
