"""Every figure of a report as files: PNG for slides, SVG for print, each with its sentence, in each language."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlab.figures import Picture, draw
from cxlab.figures.alone import png_alone, svg_alone
from cxlab.finding import Finding
from cxlab.report.clean import plain
from cxlab.report.sections import target_of, wording_of

if TYPE_CHECKING:
    from cxlab.tables.study import Study

Pictures = Mapping[tuple[str, str], str]
"""By finding and language: the file's name without its ending."""


def drawn_in(executed: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the names of the findings that executed notebooks show as a figure."""
    return {name for notebook in executed.values() for name in _drawn(notebook)}


def write_pictures(findings: Sequence[Finding], *, drawn: Collection[str], study: Study, to: Path) -> Pictures:
    """Write ``<name>.<language>.png`` and ``.svg`` of each figure the pages show.

    Parameters
    ----------
    findings : sequence of Finding
        Those of the report.
    drawn : collection of str
        Names of those that are shown as a figure.
    study : Study
        Its languages, labels, events and targets.
    to : Path
        The folder.

    Returns
    -------
    mapping
        Names of the files; a language whose picture is that of an earlier language has no file of its own.
    """
    to.mkdir(parents=True, exist_ok=True)
    names: dict[tuple[str, str], str] = {}
    for finding in findings:
        same: dict[str, str] = {}
        for language in study.config.languages if finding.name in drawn else ():
            picture = draw(
                finding, wording=wording_of(study, language), events=study.events,
                target=target_of(study, finding), titled=True,
            )  # fmt: skip
            svg = plain(svg_alone(picture))
            names[finding.name, language] = same.setdefault(svg, f"{finding.name}.{language}")
            if names[finding.name, language].endswith(f".{language}"):
                (to / f"{finding.name}.{language}.svg").write_text(svg, encoding="utf-8", newline="\n")
                (to / f"{finding.name}.{language}.png").write_bytes(_png(picture))
    return names


def _png(picture: Picture) -> bytes:
    """Return the PNG; a letter of a label that no font has is an empty box in it, as it is in the SVG."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        return png_alone(picture)


def _drawn(notebook: Mapping[str, Any]) -> Iterator[str]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            facts = output.get("metadata", {}).get("cxlab", {})
            html = output.get("data", {}).get("text/html", "")
            if isinstance(facts, Mapping) and "<figure>" in (html if isinstance(html, str) else "".join(html)):
                yield str(facts.get("finding", ""))
