"""`closeline notices`: who should be told what, as a list, as a feed, and by channel."""

import json
import signal
import subprocess
from pathlib import Path

from ledger.ledger import Ledger
from ledger.rows import SentRow
from tests.contract.schemas import fault
from tests.ledger.story import NOW, Story
from tests.starter.conftest import Site, make_site, until


def ledger_of(site: Site) -> Ledger:
    (site.folder / "data").mkdir()
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    ledger.migrate()
    ledger.begin_channels(["desk"], NOW)
    return ledger


def lose(ledger: Ledger, id: str, owner: str | None = "kim") -> None:
    story = Story(id, **({"owner": owner} if owner else {}))
    story.lose()
    ledger.record(story.batch())


def test_notices_are_listed_with_whom_they_reach_and_what_became_of_them(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    ledger = ledger_of(site)
    lose(ledger, "o-1")
    lose(ledger, "o-2", None)
    first, second = ledger.notices(NOW)
    sent = SentRow("desk", first.id, "kim", 1, NOW, None, None)
    failed = SentRow("desk", second.id, None, 10, NOW, "no line", None)
    ledger.settle_notices("desk", "w", [sent, failed], second.cursor)

    rows = site.told("notices", "list")
    assert [(row["subject_id"], row["to"], row["sent"]) for row in rows] == [
        ("o-1", "kim", ["desk"]),
        ("o-2", "nobody", ["desk: no line"]),
    ]
    assert (rows[0]["id"], rows[0]["words"]) == (first.id, "lost: price")
    assert "opportunity o-1" in site.done("notices", "list")
    for wanted, ids in (
        (("--to", "kim"), ["o-1"]),
        (("--to", "nobody"), ["o-2"]),
        (("--what", "deadline"), []),
        (("--since", rows[1]["cursor"]), ["o-2"]),
        (("--limit", "1"), ["o-2"]),
    ):
        assert [row["subject_id"] for row in site.told("notices", "list", *wanted)] == ids
    (given_up,) = site.told("notices", "list", "--failed")
    assert (given_up["notice"], given_up["tries"], given_up["error"]) == (second.id, 10, "no line")
    (channel,) = site.told("notices", "channels")
    assert (channel["name"], channel["behind"], channel["failed"]) == ("desk", 0, 1)

    assert site.told("notices", "retry", "desk") == {"retried": 1}
    assert site.told("notices", "list", "--failed") == []
    assert site.run("notices", "list", "--since", "yesterday").exit_code == 2
    ledger.close()


def test_doctor_tells_what_was_given_up(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    ledger = ledger_of(site)
    lose(ledger, "o-1")
    (notice,) = ledger.notices(NOW)
    failed = SentRow("desk", notice.id, "kim", 10, NOW, "no line", None)
    ledger.settle_notices("desk", "w", [failed], notice.cursor)
    ledger.close()

    result = site.run("doctor", "--json", "--address", "127.0.0.1:1")
    checks = {check["check"]: check for check in json.loads(result.stdout)["checks"]}
    assert checks["notices"]["ok"] is False
    assert checks["notices"]["found"] == "desk: 0 to come, 0 to try again, 1 given up"


def test_who_follows_is_told_at_once_and_goes_on_where_they_were(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    ledger = ledger_of(site)
    lose(ledger, "o-1")

    def lines(count: int) -> list[str]:
        return until(
            lambda: (site.folder / "out").read_text().splitlines(),
            lambda told: len(told) == count,
        )

    cursor = "1970-01-01T00:00:00Z"
    for new in (["o-1", "o-2"], ["o-3"]):
        following = site.start("notices", "follow", "--json", "--after", cursor)
        lose(ledger, new[-1])
        found = [json.loads(line) for line in lines(len(new))]
        assert [row["subject_id"] for row in found] == new
        assert [fault("answers/notice", row) for row in found] == [None] * len(new)
        cursor = found[-1]["cursor"]
        stop(following)
    following = site.start("notices", "follow")
    stop(following)
    ledger.close()


def stop(following: "subprocess.Popen[bytes]") -> None:
    following.send_signal(signal.SIGINT)
    following.wait(timeout=10)


def test_a_worker_that_finds_a_wrong_file_of_channels_says_so(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    file = tmp_path / "notices.toml"
    file.write_text("[desk]\nusing = 'mail'\n")
    result = site.run("up", "--port", "0", "--headless", CLOSELINE_NOTICES=str(file))
    assert result.exit_code == 1
    assert "desk.using: unknown_channel" in result.stderr
