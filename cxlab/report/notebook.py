"""An executed notebook as the body of a page: one language's prose and what show() displayed in it.

Nothing else of a notebook reaches a page: no code, no printed text, no bare frame, no widget. Code stands in the
methods page, as text.
"""

from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import PackageLoader
from markupsafe import Markup
from nbconvert import TemplateExporter

from cxlab.report.clean import allowed
from cxlab.report.prose import prose

if TYPE_CHECKING:
    from nbformat import NotebookNode

Cell = Mapping[str, Any]

_ID = re.compile(r'(<[a-z][^<>]*?\sid=")([^"]*)(")')
_OPENING = re.compile(r'<div class="prose">(?=\s*<h2>)')
_PART = re.compile(r'<div class="prose" id="(part-\d+)">\s*<h2>(.*?)</h2>', re.DOTALL)
_EMPTY = re.compile(r'<div class="withheld" role="note"><b>[^<]*</b></div>\n?')
_SURE = re.compile(r'<p class="sure">.*?</p>\n?', re.DOTALL)
_SENTENCE = re.compile(r"<h2>.*?</h2>\n?", re.DOTALL)


def body(notebook: NotebookNode, *, language: str, lead: str | None = None, board: bool = False) -> Markup:
    """Return the page body of one language.

    Parameters
    ----------
    notebook : NotebookNode
        Executed.
    language : str
        Prose cells tagged ``lang-<language>`` and outputs of that language are kept.
    lead : str, optional
        Name of the finding whose sentence is the page's title: it is not said a second time in its section.
    board : bool
        The outputs bring their own ``h1``.
    """
    written = _written(_without_silent_parts(notebook["cells"], language), language=language, board=board)
    written = _unique_ids(_without_sentence(written, lead) if lead else written)
    return Markup(_numbered_parts(written).strip())


def parts(written: str) -> list[tuple[str, Markup]]:
    """Return the headings a body's prose brings: the anchor of each and its words."""
    return [(anchor, Markup(words)) for anchor, words in _PART.findall(written)]


def taken_out(written: str, name: str) -> tuple[Markup, Markup]:
    """Take the section of a finding out of a body: the section, empty where there is none, and what is left."""
    opening = f'<section class="finding" id="{html.escape(name)}"'
    before, found, after = written.partition(opening)
    if not found:
        return Markup(""), Markup(written)
    inside, closing, rest = after.partition("</section>")
    return Markup(found + inside + closing), Markup(before + rest.lstrip("\n"))


def shown_findings(notebook: Mapping[str, Any], *, language: str) -> list[str]:
    """Return the names of the findings a notebook displays in a language, in order, each once."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", ()))
    about = [_about(output) for output in outputs if _is_shown(output, language)]
    return list(dict.fromkeys(str(facts["finding"]) for facts in about if facts.get("finding")))


def _without_silent_parts(cells: Sequence[Cell], language: str) -> list[Cell]:
    """Leave out the prose of parts that were to show something and had nothing to show.

    A part begins with prose that begins with a heading. Where no part shows anything, all prose is kept: it is all
    the page has.
    """
    parts: list[list[Cell]] = [[]]
    for cell in cells:
        if _is_prose(cell, language) and _source(cell).startswith("## "):
            parts.append([])
        parts[-1].append(cell)
    speaking = [part for part in parts if any(_shows(cell, language) for cell in part)]
    if not speaking:
        return list(cells)
    silent = [
        part for part in parts[1:] if part not in speaking and any("show(" in _source(cell) for cell in part)
    ]
    return [cell for part in parts for cell in part if part not in silent or not _is_prose(cell, language)]


def _is_prose(cell: Cell, language: str) -> bool:
    return cell["cell_type"] == "markdown" and f"lang-{language}" in cell["metadata"].get("tags", [])


def _shows(cell: Cell, language: str) -> bool:
    return any(_is_shown(output, language) for output in cell.get("outputs", ()))


def _source(cell: Cell) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _written(cells: Sequence[Cell], *, language: str, board: bool) -> str:
    """Fill the template without nbconvert's preprocessors: they copy and check the whole notebook every time."""
    resources = {"language": language, "board": board}
    return str(_exporter().template.render(nb={"cells": cells}, resources=resources))


@cache
def _exporter() -> TemplateExporter:
    exporter = TemplateExporter(  # type: ignore[no-untyped-call]
        template_file="body.html.j2",
        extra_loaders=[PackageLoader("cxlab.report", "templates")],
        filters={"prose": prose, "shown": _shown, "in_folds": _in_folds},
    )
    exporter.environment.autoescape = True
    return exporter


def _about(output: Mapping[str, Any]) -> Mapping[str, Any]:
    about = output.get("metadata", {}).get("cxlab", {})
    return about if isinstance(about, Mapping) else {}


def _is_shown(output: Mapping[str, Any], language: str) -> bool:
    return _about(output).get("lang") == language and "text/html" in output.get("data", {})


def _in_folds(outputs: Sequence[Mapping[str, Any]], language: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Outputs of one language; those beside each other that are to be folded stand together under their line."""
    mine = (output for output in outputs if _is_shown(output, language))
    groups = itertools.groupby(mine, key=lambda output: str(_about(output).get("folded", "")))
    return [(line, list(group)) for line, group in groups]


def _shown(output: Mapping[str, Any], board: bool) -> Markup:
    source = output["data"]["text/html"]
    return Markup(allowed(source if isinstance(source, str) else "".join(source), heading=board))


def _without_sentence(written: str, lead: str) -> str:
    """Leave out the sentence of a section, and how sure it is where nothing else is left to be sure of."""
    opening = f'data-finding="{html.escape(lead)}"'
    before, found, after = written.partition(opening)
    if not found:
        return written
    inside, closing, rest = _EMPTY.sub("", _SENTENCE.sub("", after, count=1), count=1).partition("</section>")
    if not any(mark in inside for mark in ("<figure", "<table", "<ul", "<div", "<p>")):
        inside = _SURE.sub("", inside)
    return before + found + inside + closing + rest


def _numbered_parts(written: str) -> str:
    """Give each prose that begins with a heading an anchor: ``part-1``, ``part-2``."""
    number = itertools.count(1)
    return _OPENING.sub(lambda _: f'<div class="prose" id="part-{next(number)}">', written)


def _unique_ids(written: str) -> str:
    """Number an anchor that comes again, as when a finding is shown as a figure and later as a table."""
    seen: Counter[str] = Counter()

    def numbered(match: re.Match[str]) -> str:
        seen[match[2]] += 1
        return match[0] if seen[match[2]] == 1 else f"{match[1]}{match[2]}-{seen[match[2]]}{match[3]}"

    return _ID.sub(numbered, written)
