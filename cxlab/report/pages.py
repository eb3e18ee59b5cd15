"""write_pages(): a quarter's report as a folder of pages that need nothing but themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cxlab.finding import Finding
from cxlab.report.appendix import data_page, definitions_page, methods_page
from cxlab.report.downloads import write_downloads
from cxlab.report.facts import RunFacts
from cxlab.report.pictures import drawn_in, write_pictures
from cxlab.report.question import question_page
from cxlab.report.site import OWN_PAGES, Report, moved

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlab.tables.study import Study


def write_pages(
    executed: Mapping[str, NotebookNode],
    findings: Sequence[Finding],
    *,
    study: Study,
    facts: RunFacts,
    to: Path,
) -> None:
    """Write every page of a report.

    Parameters
    ----------
    executed : mapping of str to NotebookNode
        Executed notebooks by step, in the order of the navigation; ``overview`` always comes first.
    findings : sequence of Finding
        Those of the study's quarter.
    study : Study
        Names, labels, load report.
    facts : RunFacts
        What the pages say about the run.
    to : Path
        Folder; gets ``index.html``, one folder of pages per language, and ``downloads/``.

    Raises
    ------
    ValueError
        If there is no notebook, a step has the name of one of the report's own pages, or a name comes twice.
    """
    names = [finding.name for finding in findings]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not executed or twice or set(executed) & {*OWN_PAGES, "index"}:
        raise ValueError(
            "a report needs at least one notebook, steps not named "
            f"{', '.join(OWN_PAGES)} or index, and each finding once; got steps {', '.join(executed) or 'none'}"
            + (f"; twice: {', '.join(twice)}" if twice else "")
        )
    downloads = to / "downloads"
    pictures = write_pictures(findings, drawn=drawn_in(executed), study=study, to=downloads)
    report = Report(study=study, facts=facts, executed=executed, findings=tuple(findings), pictures=pictures)
    for language in study.config.languages:
        for step in report.steps:
            _write(to / language / f"{step}.html", question_page(report, step, language=language))
        _write(to / language / "data.html", data_page(report, language=language))
        _write(to / language / "methods.html", methods_page(report, language=language))
        _write(to / language / "definitions.html", definitions_page(report, language=language))
    first = study.config.languages[0]
    front = (to / first / f"{report.steps[0]}.html").read_text(encoding="utf-8")
    _write(to / "index.html", moved(front, into=first))
    write_downloads(report.findings, study=study, to=downloads)


def _write(path: Path, html: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8", newline="\n")
