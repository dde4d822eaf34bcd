"""Every plot is text that a page can hold: its own ids, the page's colours, the same bytes."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from insight.report.drawing import LONGEST
from insight.report.palette import PALETTE, variables
from insight.report.plots.bars import Bar, Bars, bars
from insight.report.plots.curves import Curve, Curves, curves
from insight.report.plots.fan import Ahead, Fan, fan
from insight.report.plots.forest import Forest, Point, forest
from insight.report.plots.reliability import Bin, reliability
from insight.report.plots.steps import Step, Steps, steps

HOSTILE = ("</text><b>$x_1$ & \\$", "{} 日本 \U0001f600 \"q' é", "<script>alert(1)</")
FIRST = date(2026, 9, 30)
DAYS = [FIRST + timedelta(days=each) for each in range(0, 92, 13)]


def a_fan(name: str, quota: float | None = 900.0) -> str:
    ahead = [Ahead(day, 500 + i, 500 + 30 * i, 500 + 60 * i) for i, day in enumerate(DAYS[3:])]
    closed = [(day, 100.0 * i) for i, day in enumerate(DAYS[:4])]
    return fan(Fan(date(2026, 12, 31), closed, ahead, quota, name), "fan")


def some_steps(name: str) -> str:
    parts = [Step(name, 400, "whole"), Step("new", 50, "sure"), Step("lost", -90, "loss")]
    return steps(Steps(name, parts, "EUR", (name, 500.0), changes=True), "steps")


def a_forest(name: str) -> str:
    points = [Point(name, 0.4, 0.3, 0.5, 90), Point("none", 0.2, ours=False)]
    return forest(Forest(name, points, "share"), "forest")


def some_bars(name: str) -> str:
    return bars(Bars(name, [Bar(name, 9, name[:20], part=3), Bar("b", 4, "4", limit=6.0)]), "bars")


def some_curves(name: str) -> str:
    shares = [0.9, 0.5, 0.2]
    lines = [Curve(name, [0, 10, 20], shares, 10.0), Curve("other", [0, 10, 20], shares)]
    return curves(Curves(name, lines, "days", (name, 0.3)), "curves")


def a_reliability(name: str) -> str:
    return reliability([Bin(0.1, 0.12, 0.05, 0.2, 90), Bin(0.8, 0.7, 0.5, 0.85, 20)], "said")


PLOTS = (a_fan, some_steps, a_forest, some_bars, some_curves, a_reliability)
every_plot = pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
Plot = Callable[[str], str]


def texts(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter("text")]


@every_plot
def test_the_same_plot_is_the_same_bytes(plot: Plot) -> None:
    assert plot("Lifts") == plot("Lifts")


@every_plot
def test_a_plot_is_small_and_its_text_stays_text(plot: Plot) -> None:
    drawn = plot("Lifts")
    assert len(drawn) < 15_000
    assert texts(drawn)
    assert "font-family" not in drawn


@every_plot
def test_every_colour_is_one_of_the_page_s(plot: Plot) -> None:
    drawn = plot("Lifts")
    assert set(re.findall(r"(?:fill|stroke):([^;\"]+)", drawn)) <= {
        "none", *(f"var(--{name})" for name in PALETTE)
    }  # fmt: skip
    assert not re.search("#[0-9a-f]{6}", drawn)


@every_plot
def test_ids_are_the_plot_s_own_and_what_is_referred_to_is_there(plot: Plot) -> None:
    drawn = plot("Lifts")
    ids = re.findall(r' id="([^"]+)"', drawn)
    name = ids[0].removesuffix("-t")
    assert len(ids) == len(set(ids))
    assert all(each.startswith(f"{name}-") for each in ids)
    referred = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawn)
    assert {each for pair in referred for each in pair if each} <= set(ids)


@every_plot
def test_a_plot_says_in_words_what_it_shows(plot: Plot) -> None:
    root = ElementTree.fromstring(plot("Lifts"))
    title, about = root[0], root[1]
    assert (title.tag, about.tag) == ("title", "desc")
    assert title.text
    assert re.search(r"\d", about.text or "")
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], about.attrib["id"]]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("plot", [p for p in PLOTS if p is not a_reliability])
def test_a_stranger_s_words_are_drawn_as_they_are_written(plot: Plot, words: str) -> None:
    drawn = plot(words)
    assert "<script" not in drawn
    assert "<b>" not in drawn
    assert any(words in each for each in texts(drawn))


@pytest.mark.parametrize("plot", [p for p in PLOTS if p is not a_reliability])
def test_a_name_of_any_length_leaves_room_for_the_plot(plot: Plot) -> None:
    longest = max(map(len, texts(plot("a name of some words " * 9))))
    assert 20 < longest <= LONGEST


def test_a_plot_needs_no_quota_and_nothing_ahead() -> None:
    assert "quota" not in a_fan("EUR", quota=None)
    bare = Fan(date(2026, 12, 31), [(FIRST, 0.0)], [], None, "EUR")
    assert "P50" not in fan(bare)


def test_both_grounds_have_every_colour() -> None:
    assert variables(0).count("--") == variables(1).count("--") == len(PALETTE)
