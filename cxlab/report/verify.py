"""verify_pages(): what must never leave the house, found without a browser; a run goes on only if nothing is."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from cxlab.report.drawn import more_than_lines
from cxlab.report.reading import Element, Reading, read_page
from cxlab.report.words_left import words_left

LARGEST_PAGE = 1_000_000
"""Bytes."""

SHORTEST_ALT = 20
"""Characters: what a picture shows cannot be said in fewer."""

FORBIDDEN = frozenset(
    "script iframe frame frameset object embed applet link form input button select textarea base svg math "  # noqa: SIM905
    "audio video track portal template".split()
)
PICTURES = {"img": "src", "source": "srcset"}
"""Where an element keeps its picture."""

LINKS = (
    "href",
    "src",
    "srcset",
    "action",
    "formaction",
    "poster",
    "data",
    "background",
    "ping",
    "cite",
    "xlink:href",
)

_HOLLOW_ALT = re.compile(
    r"(?:the |a |an )?(?:figure|image|picture|chart|plot|graph|photo|hình|ảnh|hình ảnh|biểu đồ|đồ thị)[\s\d.:]*\Z"
    r"|[^\s]+\.(?:png|svg|jpe?g|gif|webp)\Z|no description.*|output.*|untitled.*",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.,])(?:(?:\+84|84|0)[ .-]?[235789]\d(?:[ .-]?\d){7,8}|\+\d{1,3}[ -]?\d(?:[ -]?\d){6,12})(?!\w)"
)
_PLACEHOLDER = re.compile(r"\{\w+(?::\w+)?\}|\{value|\{\{|\}\}|%\(\w+\)s")
_NO_NUMBER = re.compile(
    r"\bNaN\b|\bNaT\b|<NA>|\b(?:nan|inf)%|\bnan (?:to|đến)\b|\b(?:to|đến) (?:nan|inf)\b"
    r"|(?:\A|[(,:=]\s?)(?:nan|None|inf)(?:[),;]|\Z)"
)
_STYLE_FETCH = re.compile(r"@import|url\(\s*['\"]?(?!data:image/)", re.IGNORECASE)
_EARLIER = re.compile(r"(?:\.\./){1,2}\d{4}Q[1-4]/[a-z]{2,3}/overview\.html")
"""The one way out of a report: to the overview of another quarter beside it."""


def verify_pages(folder: Path, *, minimum_n: int = 10) -> list[str]:
    """Return every violation in a folder of pages, each as ``"en/churn.html:12: what is wrong"``.

    Parameters
    ----------
    folder : Path
        What `write_pages` wrote.
    minimum_n : int
        Table cells marked with a smaller ``data-n`` may not be shown.

    Returns
    -------
    list of str
        Empty if every page is self-contained, harmless, readable without a picture and free of personal data.
    """
    paths = sorted(folder.rglob("*.html"))
    if not paths:
        return [f"{folder}: no page"]
    found = [f"{path.relative_to(folder)}: a file a browser could run" for path in _strangers(folder)]
    return found + _problems(paths, folder=folder, minimum_n=minimum_n, largest=LARGEST_PAGE)


def verify_file(path: Path, *, minimum_n: int = 10, largest: int = LARGEST_PAGE) -> list[str]:
    """Return every violation in one page that has to stand alone: all its links lead to itself.

    Parameters
    ----------
    path : Path
        The page.
    minimum_n : int
        As in `verify_pages`.
    largest : int
        Bytes it may have.
    """
    return _problems([path], folder=path.parent, minimum_n=minimum_n, largest=largest)


def _problems(paths: Sequence[Path], *, folder: Path, minimum_n: int, largest: int) -> list[str]:
    readings = {path: read_page(path.read_text(encoding="utf-8", errors="replace")) for path in paths}
    anchors = {path: set(reading.ids) for path, reading in readings.items()}
    found = []
    for path, reading in readings.items():
        where = path.relative_to(folder).as_posix()
        found += [f"{where}: {problem}" for problem in _page(path, reading, largest)]
        found += [f"{where}:{line}: {problem}" for line, problem in _elements(reading)]
        found += [f"{where}:{line}: {problem}" for line, problem in _links(path, reading, anchors, folder)]
        found += [f"{where}:{line}: {problem}" for line, problem in _text(reading)]
        found += [f"{where}:{line}: {problem}" for line, problem in _few(reading, minimum_n)]
    return found


def _strangers(folder: Path) -> Iterator[Path]:
    runs = {".js", ".mjs", ".wasm", ".svg", ".htm", ".xhtml", ".xml", ".swf", ".hta"}
    found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in runs)
    yield from (path for path in found if path.parent != folder / "downloads" or not _is_picture(path))


def _is_picture(path: Path) -> bool:
    """Whether a file is an SVG that draws and does nothing else."""
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        return path.suffix == ".svg" and text.startswith("<svg ") and more_than_lines(text) is None
    except ValueError:
        return False


def _page(path: Path, reading: Reading, largest: int) -> Iterator[str]:
    if path.stat().st_size > largest:
        yield f"{path.stat().st_size:,} bytes; a page has at most {largest:,}"
    languages = [element.attributes.get("lang", "") for element in reading.of("html")]
    if languages != [languages[0]] or not languages[0] if languages else True:
        yield "the html element needs one lang"
    if len(reading.titles) != 1 or not reading.titles[0]:
        yield "needs one title with words in it"
    if len(reading.of("h1")) != 1:
        yield f"needs one h1; has {len(reading.of('h1'))}"
    policies = [
        element.attributes.get("content", "")
        for element in reading.of("meta")
        if element.attributes.get("http-equiv", "").lower() == "content-security-policy"
    ]
    if len(policies) != 1 or "default-src 'none'" not in policies[0] or "script-src" in policies[0]:
        yield "needs one content security policy with default-src 'none' and no script-src"
    yield from (f"id {name!r} comes {times} times" for name, times in Counter(reading.ids).items() if times > 1)
    yield from (f"style fetches {match[0]!r}" for style in reading.styles if (match := _STYLE_FETCH.search(style)))


def _elements(reading: Reading) -> Iterator[tuple[int, str]]:
    for element in reading.elements:
        if element.tag in FORBIDDEN:
            yield element.line, f"<{element.tag}> may not stand on a page"
        for name, value in element.attributes.items():
            if name.startswith("on") or name == "srcdoc":
                yield element.line, f"<{element.tag}> has the event handler {name}"
            if name == "style" and _STYLE_FETCH.search(value):
                yield element.line, f"<{element.tag}> has a style that fetches"
        if element.tag == "meta" and element.attributes.get("http-equiv", "").lower() == "refresh":
            yield element.line, "a page may not send its reader elsewhere"
        if element.tag == "img":
            yield from ((element.line, problem) for problem in _words_for(element))
        if element.tag in PICTURES:
            drawn = element.attributes.get(PICTURES[element.tag], "")
            yield from ((element.line, problem) for problem in _picture(drawn))


def _words_for(element: Element) -> Iterator[str]:
    alt = element.attributes.get("alt")
    if alt is None:
        yield "picture without alt text"
    elif len(alt.strip()) < SHORTEST_ALT or _HOLLOW_ALT.match(alt.strip()):
        yield f"picture whose alt text says nothing: {alt!r}"


def _picture(source: str) -> Iterator[str]:
    head, _, data = source.partition(",")
    if not head.startswith("data:image/"):
        yield f"picture that is not part of the page: {source[:60]!r}"
    elif "svg" in head:
        try:
            drawn = base64.b64decode(data, validate=True).decode() if head.endswith("base64") else unquote(data)
            found = more_than_lines(drawn)
        except ValueError:  # no base64, no text, no XML
            yield "picture that cannot be read"
        else:
            if found is not None:
                yield f"picture that holds {found!r}"


def _links(path: Path, reading: Reading, anchors: dict[Path, set[str]], folder: Path) -> Iterator[tuple[int, str]]:
    for element in reading.elements:
        for name in LINKS:
            value = element.attributes.get(name, "").strip()
            if not value or PICTURES.get(element.tag) == name or _EARLIER.fullmatch(value):
                continue
            if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//|/", value):
                yield element.line, f"link that leaves the report: {value[:60]!r}"
                continue
            file, _, anchor = value.partition("#")
            target = (path.parent / unquote(file)).resolve() if file else path
            if not target.is_relative_to(folder.resolve()) and file:
                yield element.line, f"link that leaves the report: {value[:60]!r}"
            elif not target.exists():
                yield element.line, f"link to a file that is not there: {value[:60]!r}"
            elif anchor and unquote(anchor) not in _anchors(target, path, anchors):
                yield element.line, f"link to a place that is not there: {value[:60]!r}"


def _anchors(target: Path, path: Path, anchors: dict[Path, set[str]]) -> set[str]:
    if target == path:
        return anchors[path]
    return next((ids for page, ids in anchors.items() if page.resolve() == target), set())


def _text(reading: Reading) -> Iterator[tuple[int, str]]:
    page_language = next((element.attributes.get("lang", "") for element in reading.of("html")), "")
    said = [(text.line, text.words, text.code or text.quoted, text.language) for text in reading.texts]
    said += [(0, title, False, page_language) for title in reading.titles]
    said += [
        (element.line, element.attributes[name], False, page_language)
        for element in reading.elements
        for name in ("alt", "aria-label", "title")
        if name in element.attributes
    ]
    for line, words, not_ours, language in said:
        for what, pattern in (("an e-mail address", _MAIL), ("a phone number", _PHONE)):
            if pattern.search(words):
                yield line, f"{what} in the text"
        if not_ours:  # code, or a customer who may write {{ }} or NaN
            continue
        for what, pattern in (("an unfilled place", _PLACEHOLDER), ("a number that is none", _NO_NUMBER)):
            if match := pattern.search(words):
                yield line, f"{what} in the text: {match[0].strip()!r}"
        yield from ((line, problem) for problem in words_left(words, language=language))


def _few(reading: Reading, minimum_n: int) -> Iterator[tuple[int, str]]:
    for element in reading.of("td"):
        n = element.attributes.get("data-n", "")
        if n and (not n.isdigit() or int(n) < minimum_n):
            yield element.line, f"table cell that stands on {n}; at least {minimum_n} are needed"
