"""The page: what is on it, and the same as one HTML document that needs nothing else.

Every text is a stranger's and is escaped; only drawings are taken as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from insight.report.style import STYLE

Cell = str | tuple[str, str]
"""What a cell says; of two texts the second is smaller, below the first."""


@dataclass(frozen=True)
class Table:
    """Rows under their columns; of `right` the columns whose texts are numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    right: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Section:
    """One thing to see. `lead` is the sentence that says what is seen; where there is not enough
    to see anything, it says that, and nothing else is there.

    `table` is the matter itself, `numbers` is what the drawing was made of.
    """

    id: str
    title: str
    lead: str
    drawing: str = ""
    table: Table | None = None
    numbers: Table | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Chapter:
    """Sections that answer one question."""

    id: str
    title: str
    sections: Sequence[Section]


@dataclass(frozen=True)
class Tile:
    """A figure for a first look."""

    value: str
    label: str


@dataclass(frozen=True)
class Page:
    """All of it."""

    title: str
    about: str
    tiles: Sequence[Tile]
    chapters: Sequence[Chapter]
    foot: str = ""


def html(page: Page) -> str:
    """The document. The same page is the same text."""
    title = escape(page.title)
    links = "".join(f'<a href="#{c.id}">{escape(c.title)}</a>' for c in page.chapters)
    tiles = "".join(
        f'<div class="tile"><b>{escape(each.value)}</b><span>{escape(each.label)}</span></div>'
        for each in page.tiles
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        # Even what escaped its escaping could load, send and run nothing.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none';style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header><h1>{title}</h1><p>{escape(page.about)}</p>"
        f"<nav>{links}</nav></header>\n"
        f'<div class="tiles">{tiles}</div>\n<main>\n'
        + "".join(_chapter(each) for each in page.chapters)
        + f"</main>\n<footer><p>{escape(page.foot)}</p></footer>\n</body>\n</html>\n"
    )


def _chapter(chapter: Chapter) -> str:
    """The drawings side by side where there is room, and the tables below them."""
    drawn = [each for each in chapter.sections if not each.table]
    alone = drawn[-1] if len(drawn) % 2 else None
    cards = "".join(_section(each, "card alone" if each is alone else "card") for each in drawn)
    tables = "".join(_section(each, "card wide") for each in chapter.sections if each.table)
    beside = f'<div class="cards">\n{cards}</div>\n' if cards else ""
    return f'<h2 id="{chapter.id}">{escape(chapter.title)}</h2>\n{beside}{tables}'


def _section(section: Section, kind: str) -> str:
    parts = [
        f'<div><h3>{escape(section.title)}</h3><p class="lead">{escape(section.lead)}</p></div>',
        section.drawing,
    ]
    if section.table:
        parts.append(_table(section.table))
    parts += [f'<p class="note">{escape(note)}</p>' for note in section.notes]
    if section.numbers:
        table = _table(section.numbers)
        parts.append(f"<details><summary>The numbers</summary>{table}</details>")
    return f'<section class="{kind}" id="{section.id}">{"".join(parts)}</section>\n'


def _table(table: Table) -> str:
    sides = [' class="r"' if column in table.right else "" for column in table.columns]
    head = "".join(
        f'<th scope="col"{side}>{escape(column)}</th>'
        for side, column in zip(sides, table.columns, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{side}>{_cell(each)}</td>" for side, each in zip(sides, row, strict=True))
        + "</tr>"
        for row in table.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return f"{escape(cell[0])}<small>{escape(cell[1])}</small>"
