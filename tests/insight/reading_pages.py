"""A page as a reader's browser takes it apart, by the standard library's parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "path", "use", "rect", "br"}
"""What holds nothing; an SVG's own are written closed."""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    """The tags that it lies in, outermost first."""
    text: str = ""


@dataclass
class Document(HTMLParser):
    """Every element in its order; an element's text is its own and that of all in it."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, {k: v or "" for k, v in attrs}, tuple(e.tag for e in self.open))
        self.elements.append(found)
        if tag not in VOID:
            self.open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1].tag == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for each in self.open:
            each.text += data

    def of(self, tag: str) -> list[Element]:
        return [each for each in self.elements if each.tag == tag]

    def ids(self) -> list[str]:
        return [each.attributes["id"] for each in self.elements if "id" in each.attributes]


def document(text: str) -> Document:
    """The page taken apart. Fails where an element is not closed in its turn."""
    found = Document()
    found.feed(text)
    found.close()
    assert not found.open, f"never closed: {[each.tag for each in found.open]}"
    return found
