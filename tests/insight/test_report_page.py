"""The page is one document that needs nothing else and believes nobody's words."""

from html import escape

from insight.report.page import Chapter, Page, Section, Table, Tile, html
from tests.insight.reading_pages import document

HOSTILE = '"><img src=x onerror="alert(1)"></td></style><script>alert(1)</script>&lt;b&gt;\''


def a_page(said: str) -> Page:
    table = Table((said, "n"), [((said, said), said)], frozenset({"n"}))
    drawn = Section("drawn", said, said, "<svg></svg>", numbers=table, notes=[said])
    listed = Section("listed", said, said, table=table)
    return Page(said, said, [Tile(said, said)], [Chapter("all", said, [drawn, listed])], said)


def test_whatever_strangers_wrote_is_shown_and_never_obeyed() -> None:
    text = html(a_page(HOSTILE))
    assert "<script" not in text
    assert "<img" not in text
    read = document(text)
    assert read.of("title")[0].text == read.of("h1")[0].text == HOSTILE
    plain = document(html(a_page("plain")))
    assert [each.tag for each in read.elements] == [each.tag for each in plain.elements]
    assert text.count(escape(HOSTILE)) == html(a_page("plain")).count("plain")


def test_the_page_asks_nobody_for_anything() -> None:
    read = document(html(a_page("plain")))
    assert not {"script", "link", "img", "iframe", "object"} & {each.tag for each in read.elements}
    for each in read.elements:
        for name in ("src", "href", "data", "action", "srcset"):
            assert each.attributes.get(name, "#").startswith("#")
    (style,) = read.of("style")
    assert "url(" not in style.text
    assert "@import" not in style.text


def test_a_browser_is_told_to_load_nothing_whatever_it_finds() -> None:
    policies = [
        each.attributes["content"]
        for each in document(html(a_page("plain"))).of("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none';style-src 'unsafe-inline'"]


def test_every_chapter_can_be_jumped_to_and_every_section_begins_with_its_sentence() -> None:
    read = document(html(a_page("plain")))
    targets = [each.attributes["href"][1:] for each in read.of("a")]
    assert targets == ["all"]
    assert set(targets) <= set(read.ids())
    leads = [each for each in read.of("p") if each.attributes.get("class") == "lead"]
    assert len(leads) == len(read.of("section")) == 2
    assert len(read.ids()) == len(set(read.ids()))
