"""The leader's page as plain text, for the body of a mail: what it says, without its layout and its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag

_NOT_SAID = ".mean, figure, img"
"""Meanings of terms and pictures stay on the page."""


def spoken(page: Path) -> str:
    """Return what a report's first page says: its masthead, answer, numbers, decisions, what is not known.

    Parameters
    ----------
    page : Path
        ``overview.html`` of a finished run, or the page of a question.

    Returns
    -------
    str
        Paragraphs with an empty line between them; every number with its interval and its verdict.
    """
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for unsaid in soup.select(_NOT_SAID):
        if not unsaid.decomposed:
            unsaid.decompose()
    return "\n\n".join(part for part in _parts(soup) if part)


def _parts(soup: BeautifulSoup) -> Iterator[str]:
    yield " · ".join(_words(part) for part in soup.select(".kicker > *"))
    yield "\n".join(_words(banner) for banner in soup.select(".banner"))
    yield "\n".join(_words(line) for line in soup.select("main .scope"))
    yield "\n".join(_words(title) for title in soup.select("main h1"))
    yield "\n".join(_words(words) for words in soup.select("main .commentary"))
    yield "\n".join(_words(reason) for reason in soup.select("header.answer .withheld"))
    yield "\n".join(f"{_of(item, 'dt')}: {_of(item, 'dd')}" for item in soup.select("main dl.line > div"))
    for tile in soup.select("main section.block"):
        yield _tile(tile)
    for section in soup.select("main section.asked, main section.open"):
        yield _listed(section)
    yield "\n".join(_words(legend) for legend in soup.select("main .legend"))


def _tile(tile: Tag) -> str:
    drawn = tile.select_one(".strip") is not None  # then the detail begins with the interval
    detail = " ".join(_lines(tile, ".what"))
    number = " ".join([*_lines(tile, ".num, .withheld"), f"({detail})" if drawn else detail]).strip()
    return "\n".join([_of(tile, "h2"), *(f"  {line}" for line in (number, *_lines(tile, ".verdict, .tilenote")))])


def _listed(section: Tag) -> str:
    lines = [_of(section, "h2")]
    for place, item in enumerate(section.select("li"), start=1):
        mark = f"{place}." if item.parent is not None and item.parent.name == "ol" else "-"
        first, *more = _lines(item, "p") or [_words(item)]
        lines += [f"{mark} {first}", *(f"   {line}" for line in more)]
    return "\n".join(lines if section.select("li") else [*lines, *_lines(section, "p")])


def _lines(part: Tag, selector: str) -> list[str]:
    return [_words(line) for line in part.select(selector)]


def _of(part: Tag, selector: str) -> str:
    found = part.select_one(selector)
    return "" if found is None else _words(found)


def _words(part: Tag) -> str:
    return re.sub(r"[ \t\r\n]+", " ", part.get_text()).strip()
