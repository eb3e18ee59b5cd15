"""One page as a reader without a browser sees it: its elements, its links, its pictures, its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A start tag and the line it stands on."""

    tag: str
    attributes: Attributes
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A run of text, the language it is in, and whether it is code or somebody's own words."""

    words: str
    language: str
    code: bool
    quoted: bool
    line: int


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a page holds."""

    elements: list[Element] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    def of(self, tag: str) -> list[Element]:
        """Elements with this tag."""
        return [element for element in self.elements if element.tag == tag]

    @property
    def ids(self) -> list[str]:
        """Every id, in order, repeated ones too."""
        return [element.attributes["id"] for element in self.elements if "id" in element.attributes]


def read_page(html: str) -> Reading:
    """Read a page."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.reading


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.reading = Reading()
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.reading.elements.append(Element(tag=tag, attributes=attributes, line=self.getpos()[0]))
        if tag not in VOID:
            self._open.append((tag, attributes.get("lang") or (self._open[-1][1] if self._open else "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, (name, _) in enumerate(self._open) if name == tag]
        if places:
            del self._open[places[-1] :]

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if "style" in tags:
            self.reading.styles.append(data)
        elif "title" in tags:
            self.reading.titles.append(data.strip())
        elif data.strip():
            language = self._open[-1][1] if self._open else ""
            code = "code" in tags or "pre" in tags
            self.reading.texts.append(
                Text(
                    words=data.strip(), language=language, code=code, quoted="blockquote" in tags,
                    line=self.getpos()[0],
                )
            )  # fmt: skip
