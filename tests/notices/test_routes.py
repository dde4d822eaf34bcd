"""Which notices go over which channel is one file, and a wrong one is told by field and rule."""

import json
import stat
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.rows import NoticeRow
from notices.channels import Command, File, NotSent
from notices.routes import BadNotices, Route, routes

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOTICE = NoticeRow(
    *("opportunity/o-1/2/d/0", AT, AT, "last_call", "buyer_silence is over", "kim", AT),
    *("opportunity", "o-1", "a-1", 2, "warned"),
)


class Bell:
    """A plug-in."""

    def __init__(self, tone: str) -> None:
        self.tone = tone

    async def send(self, notice: NoticeRow) -> None:
        """Rings for nobody."""


def written(folder: Path, text: str) -> list[Route]:
    file = folder / "notices.toml"
    file.write_text(text)
    return routes(file)


def test_without_a_file_all_goes_to_the_log() -> None:
    (route,) = routes(None)
    assert route.name == "log"
    assert route.takes(NOTICE)


def test_a_channel_takes_its_codes_and_its_people(tmp_path: Path) -> None:
    desk, ours, unowned, bell = written(
        tmp_path,
        f"""
        [desk]
        using = "command"
        command = ["true"]
        what = ["last_call", "breach*"]
        [ours]
        using = "file"
        path = "out.jsonl"
        to = ["kim", "lee"]
        [unowned]
        using = "log"
        to = ["nobody"]
        [bell]
        using = "{__name__}:Bell"
        tone = "a"
        """,
    )
    assert [desk.takes(NOTICE), ours.takes(NOTICE), unowned.takes(NOTICE)] == [True, True, False]
    breach = another("breached", None)
    assert [desk.takes(breach), ours.takes(breach), unowned.takes(breach)] == [True, False, True]
    assert not desk.takes(another("ended", "kim"))
    assert type(bell.channel).__name__ == "Bell"


def another(what: str, to: str | None) -> NoticeRow:
    return replace(NOTICE, what=what, to=to)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[desk", "not_toml"),
        ("desk = 1", "desk: model_type"),
        ("[desk]", "desk.using: missing"),
        ("[desk]\nusing = 'mail'", "desk.using: unknown_channel ('mail' is none of log, file"),
        ("[desk]\nusing = 'no.such:Thing'", "desk.using: no_such_plug_in"),
        ("[desk]\nusing = 'json:Thing'", "desk.using: no_such_plug_in"),
        ("[desk]\nusing = 'log'\nloud = true", "desk: bad_options"),
        ("[desk]\nusing = 'command'\ncommand = []", "desk.command: too_short"),
        ("[desk]\nusing = 'log'\nto = 'kim'", "desk.to: tuple_type"),
    ],
)
def test_a_wrong_file_says_which_field_breaks_which_rule(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(BadNotices) as refused:
        written(tmp_path, text)
    assert words in str(refused.value)


async def test_a_file_gets_a_line_a_notice_that_only_its_owner_can_read(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    for _ in range(2):
        await File(file).send(NOTICE)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["id"] for line in lines] == [NOTICE.id] * 2
    assert (lines[0]["to"], lines[0]["due"]) == ("kim", "2026-01-05T09:00:00Z")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_program_finds_the_notice_on_its_input_and_says_whether_it_went_out(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out.json"
    keep = f"import sys; open({str(out)!r}, 'w').write(sys.stdin.read())"
    await Command([sys.executable, "-c", keep]).send(NOTICE)
    assert json.loads(out.read_text())["what"] == "last_call"

    refuse = "import sys; sys.stderr.write('no line'); sys.exit(3)"
    with pytest.raises(NotSent, match="exit code 3: no line"):
        await Command([sys.executable, "-c", refuse]).send(NOTICE)
