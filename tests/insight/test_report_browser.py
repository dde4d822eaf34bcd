"""In a real browser the page fits a phone, and nothing is asked of anybody."""

import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest

from insight.report.page import Chapter, Page, Section, Table, Tile, html
from tests.insight.test_report_plots import PLOTS

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE = 360
LONG = "W" * 40
HARNESS = """<!doctype html><iframe id="page" width="{width}" height="900" srcdoc="{page}"></iframe>
<script>page.onload = () => {{
  const doc = page.contentDocument, wide = doc.documentElement.scrollWidth;
  const asked = page.contentWindow.performance.getEntriesByType("resource").length;
  const drawn = [...doc.querySelectorAll("svg text")].filter(
    (each) => each.getBoundingClientRect().right > {width}).length;
  document.body.dataset.seen = `${{wide}} ${{asked}} ${{drawn}}`;
}}</script>"""


def a_page() -> Page:
    words = ("Lifts for a tower with a long name", "account-0001 of the north, seller-01")
    table = Table(
        ("Opportunity", "Next", "An hour brings"),
        [(words, words, "EUR 1.2 k"), (LONG, LONG, "EUR 1.2 k")],
    )
    drawn = [
        Section(f"s{i}", "Title", f"{LONG} has one.", plot("A name of some words"))
        for i, plot in enumerate(PLOTS)
    ]
    listed = Section("list", "A list", "One sentence.", table=table)
    tiles = [Tile("EUR 1.23 M", "forecast for 31 Dec 2026"), Tile(LONG, LONG)] * 2
    return Page("Report", "As known then.", tiles, [Chapter("c", "All", [*drawn, listed])])


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_on_a_phone_nothing_is_wider_than_the_phone_and_nothing_is_fetched(tmp_path: Path) -> None:
    file = tmp_path / "harness.html"
    file.write_text(HARNESS.format(width=PHONE, page=escape(html(a_page()))), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    flags.append(f"--user-data-dir={tmp_path}/profile")
    found = subprocess.run(
        [str(BROWSER), *flags, "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=50, check=True,
    )  # fmt: skip
    assert f'data-seen="{PHONE} 0 0"' in found.stdout
