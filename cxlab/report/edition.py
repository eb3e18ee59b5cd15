"""One file that holds a whole report in one language: what a mail can carry and anybody can forward.

The pages of a finished run are read back and put one after the other. Every link between them becomes a link
inside the file; a link to what the file cannot hold (downloads, other languages, other quarters) is taken out.
Headings go one step down, so that the file has one title of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from cxlab.report.verify import verify_file
from cxlab.wording import Wording

LARGEST_EDITION = 5_000_000
"""Bytes."""

MAIN = "main-content"
"""The id of what a reader skips to; a page has no dash in its name."""

_HEADING = re.compile(r"h[1-5]")
_POINTS_BY_ID = ("aria-labelledby", "aria-describedby", "headers", "for")
_NO_ROOM_FOR = '.downloads, a[download], .languages, nav.contents li:has(> a[href="#downloads"])'
"""What a single file cannot bring: it goes with its words."""

_STYLE = """
.kicker h1{display:inline;font:inherit;letter-spacing:inherit;margin:0}
.back{margin:10px 0 0;font-size:13.5px}.back a{display:inline-block;min-height:24px}
@media screen{.edition .masthead,.edition .sheet,.edition .foot{max-width:1288px}
main>div+div{border-top:3px solid var(--ink);margin-top:40px}}
@media print{.edition>.masthead{page:wide}main>div+div{break-before:page}.back{display:none}}
"""


class TooLargeError(ValueError):
    """A report does not fit into one file that anybody would send."""


def write_edition(folder: Path, *, language: str, to: Path) -> Path:
    """Write the edition of a report and return its path.

    Parameters
    ----------
    folder : Path
        A finished run, as `write_pages` left it.
    language : str
        One of its languages.
    to : Path
        The file.

    Raises
    ------
    TooLargeError
        If it has more than `LARGEST_EDITION` bytes.
    ValueError
        If the pages of that language are missing, or the file breaks a rule of pages: every problem is named.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(edition(folder, language=language), encoding="utf-8", newline="\n")
    size, problems = to.stat().st_size, verify_file(to, largest=LARGEST_EDITION)
    if problems:
        to.unlink()
    if size > LARGEST_EDITION:
        raise TooLargeError(
            f"the edition of {folder.name} has {size:,} bytes; at most {LARGEST_EDITION:,} are sent"
        )
    if problems:
        raise ValueError(f"the edition of {folder.name} breaks a rule of pages: {'; '.join(problems)}")
    return to


def edition(folder: Path, *, language: str) -> str:
    """Return all pages of a report in one language as one page.

    Raises
    ------
    ValueError
        If there is no page in that language.
    """
    pages = {path.stem: _read(path) for path in page_files(folder, language=language)}
    front = next(iter(pages.values()))
    sheets = [_sheet(soup, name, pages, language=language) for name, soup in pages.items()]
    _as_shell(front, next(iter(pages)), pages, wording=Wording(language))
    main = front.new_tag("main", attrs={"id": MAIN})
    _only(front, "footer.foot").insert_before(main, "\n")
    for sheet in sheets:
        main.append(sheet)
        main.append("\n")
    return str(front)


def page_files(folder: Path, *, language: str) -> tuple[Path, ...]:
    """Return the pages of a report in one language in the order of their navigation, the first page first.

    Raises
    ------
    ValueError
        If there is no page in that language.
    """
    some = next(iter(sorted((folder / language).glob("*.html"))), None)
    if some is None:
        raise ValueError(f"no page in {folder / language}: the report has not been written in that language")
    named = [folder / language / str(link["href"]) for link in _read(some).select(".masthead nav a")]
    return tuple(path for path in named if path.is_file())


def _read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def _only(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    found = soup.select_one(selector)
    if found is None:
        raise ValueError(f"a page of a report has {selector}; this one has none")
    return found


def _sheet(soup: BeautifulSoup, name: str, pages: Mapping[str, object], *, language: str) -> Tag:
    """Return what a page says as a part of the whole, its ids its own, its links inside."""
    main = _only(soup, "main").extract()
    main.name, main["class"], main["id"] = "div", "sheet", name
    _fit(main, name, pages)
    title = _only(soup, ".masthead [aria-current]").get_text()
    for nav in main.select("nav[aria-label]"):
        nav["aria-label"] = f"{nav['aria-label']}: {title}"
    if name != next(iter(pages)):
        _append_way_back(soup, main, first=next(iter(pages)), language=language)
        return main
    around = soup.new_tag("div")
    around["class"] = "wide" if "wide" in _only(soup, "body").get_attribute_list("class") else "front"
    around.append(main)
    return around


def _append_way_back(soup: BeautifulSoup, main: Tag, *, first: str, language: str) -> None:
    back = soup.new_tag("p", attrs={"class": "back"})
    link = soup.new_tag("a", attrs={"href": f"#{first}"})
    link.string = Wording(language).text("page.back")
    back.append(link)
    main.append(back)


def _as_shell(front: BeautifulSoup, name: str, pages: Mapping[str, object], *, wording: Wording) -> None:
    """Make the first page's masthead, foot and style those of the whole."""
    body, head, foot = _only(front, "body"), _only(front, "header.masthead"), _only(front, "footer.foot")
    body["class"] = "edition"
    _only(front, "a.skip")["href"] = f"#{MAIN}"
    for part in (head, foot):
        for link in part.select("a[href]"):
            if _inside(str(link["href"]), name, pages) is None:
                link.decompose()
        _fit(part, name, pages)
    for link in head.select("[aria-current]"):
        del link["aria-current"]
    _entitle(front, head)
    note = front.new_tag("p")
    note.string = wording.text("edition.note")
    foot.append(note)
    style = _only(front, "style")
    style.string = style_of_one(style.get_text()) + _STYLE


def _entitle(front: BeautifulSoup, head: Tag) -> None:
    """Make the study and the quarter, which every page's masthead names, the title of the whole."""
    kicker = _only(head, ".kicker")
    study, topic = _only(kicker, "b"), _only(kicker, "span")
    kicker.name = "div"
    title = study.wrap(front.new_tag("h1"))
    title.append(" ")
    title.append(topic.extract())
    _only(front, "title").string = f"{topic.get_text()} · {study.get_text()}"


def _fit(part: Tag, name: str, pages: Mapping[str, object]) -> None:
    """Drop what the file cannot bring, lower headings, make ids unique and links inner ones."""
    for gone in part.select(_NO_ROOM_FOR):
        if not gone.decomposed:
            gone.decompose()
    for element in part.find_all(True):
        if _HEADING.fullmatch(element.name):
            element.name = f"h{int(element.name[1]) + 1}"
        if "id" in element.attrs and element is not part:
            element["id"] = f"{name}--{element['id']}"
        for attribute in _POINTS_BY_ID:
            if attribute in element.attrs:
                named = " ".join(element.get_attribute_list(attribute)).split()
                element[attribute] = " ".join(f"{name}--{one}" for one in named)
    for link in part.select("a[href]"):
        target = _inside(str(link["href"]), name, pages)
        if target is None:
            link.unwrap()
        else:
            link["href"] = target


def _inside(href: str, name: str, pages: Mapping[str, object]) -> str | None:
    """Return where a link leads inside the file, or None if it leads out of it.

    >>> _inside("churn.html#churn.left", "overview", {"churn": 0}), _inside("#how", "churn", {"churn": 0})
    ('#churn--churn.left', '#churn--how')
    >>> _inside("../vi/churn.html", "churn", {"churn": 0}) is None
    True
    """
    path, _, anchor = href.partition("#")
    page = path.removesuffix(".html") if path else name
    if page not in pages:
        return None
    return f"#{page}--{anchor}" if anchor else f"#{page}"


def style_of_one(style: str) -> str:
    """Return the style of a page for the whole: a page is a sheet there, its headings one step lower.

    >>> style_of_one("main>h1:first-child{margin:0}.wide .sec h2{color:red}")
    '.sheet>h2:first-child{margin:0}.wide .sec h3{color:red}'
    """
    return "".join(_lowered(part) for part in re.split(r"(\{[^{}]*\})", style))


def _lowered(part: str) -> str:
    if part.startswith("{"):
        return part
    part = re.sub(r"(?<![\w.#-])h([1-5])(?![\w-])", lambda level: f"h{int(level[1]) + 1}", part)
    return re.sub(r"(?<![\w.#-])main(?![\w-])", ".sheet", part)


def dead_links(html: str) -> Iterator[str]:
    """Yield every link of a single page that leads nowhere in it.

    >>> list(dead_links('<p id="a"></p><a href="#a">a</a><a href="#b">b</a><a href="c.html">c</a>'))
    ['#b', 'c.html']
    """
    soup = BeautifulSoup(html, "html.parser")
    ids = {f"#{element['id']}" for element in soup.select("[id]")}
    yield from (str(link["href"]) for link in soup.select("[href]") if link["href"] not in ids)
