"""The shell every page stands in, and the report a page belongs to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cxlab.finding import Finding
from cxlab.overview import questions
from cxlab.quarter import Quarter
from cxlab.report.clean import plain
from cxlab.report.facts import RunFacts
from cxlab.report.pictures import Pictures
from cxlab.report.prose import inline
from cxlab.report.sections import wording_of
from cxlab.report.stamp import slots
from cxlab.wording import Wording

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlab.tables.study import Study

OWN_PAGES = ("data", "methods", "definitions")
"""Pages of every report beside those of its steps."""

OVERVIEW = "overview"
_LINK = re.compile(r'(<a [^<>]*?href=")(?![#/]|[a-z]+:)([^"]*)(")')


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """A quarter's notebooks and findings, on their way to pages."""

    study: Study
    facts: RunFacts
    executed: Mapping[str, NotebookNode]
    findings: Sequence[Finding]
    pictures: Pictures = field(default_factory=dict)

    def of(self, step: str) -> tuple[Finding, ...]:
        """Findings of one step, in the order they were recorded."""
        return tuple(finding for finding in self.findings if finding.question == step)

    def find(self, name: str) -> Finding | None:
        """The finding called ``name``, or None."""
        return next((finding for finding in self.findings if finding.name == name), None)

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps in the order of the navigation: the overview, its questions in its order, others."""
        told = (OVERVIEW, *questions())
        return tuple(sorted(self.executed, key=lambda step: told.index(step) if step in told else len(told)))

    def is_board(self, step: str) -> bool:
        """Whether a step's outputs bring their own title and layout."""
        return bool(about(self.executed[step]).get("layout") == "board" or _shows_board(self.executed[step]))

    def title(self, step: str, wording: Wording) -> str:
        """Title of a page in a language: the notebook's, for the report's own pages the catalogue's."""
        if step in OWN_PAGES:
            return wording.text(f"page.{step}")
        titles = about(self.executed[step]).get("title", {})
        return plain(str(titles.get(wording.language) or next(iter(titles.values()), step)))

    def short_title(self, step: str, wording: Wording) -> str:
        """Name of a page in the navigation: one or two words of the catalogue, else its title."""
        short = f"page.short.{step}"
        return wording.text(short) if wording.knows(short) else self.title(step, wording)


def _shows_board(notebook: Mapping[str, Any]) -> bool:
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", ()))
    shown = (output.get("metadata", {}).get("cxlab", {}) for output in outputs)
    return any(str(facts.get("finding", "")).endswith(".board") for facts in shown if isinstance(facts, Mapping))


def about(notebook: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a notebook says of itself in its metadata."""
    facts = notebook["metadata"].get("cxlab", {})
    return facts if isinstance(facts, Mapping) else {}


def render(template: str, report: Report, *, name: str, language: str, **context: object) -> str:
    """Fill a template and return the page.

    Parameters
    ----------
    template : str
        File in ``templates/``.
    report : Report
        The report it belongs to.
    name : str
        Name of the page, the same in every language.
    language : str
        Its language.
    **context
        What the template needs beside the shell's own.
    """
    wording = wording_of(report.study, language)
    title = report.title(name, wording)
    page = {
        "name": name,
        "language": language,
        "title": wording.text("page.topic", topic=title, quarter=report.study.quarter)
        + " · "
        + report.study.config.name,
        "board": name in report.executed and report.is_board(name),
        "others": [
            {"language": other, "name": wording_of(report.study, other).text("page.language")}
            for other in report.study.config.languages
            if other != language
        ],
    }
    links = [{"name": step, "title": report.short_title(step, wording)} for step in (*report.steps, *OWN_PAGES)]
    html = _environment().get_template(template).render(
        page=page, links=links, study=report.study, facts=report.facts, style=_style(),
        standing=slots(report.facts, wording=wording), made_at=_made_at(report), say=wording.text,
        number=wording.number, checks=_checks(report.findings), before=_before(report, language),
        self_test=_self_test(report.facts, wording), **context,
    )  # fmt: skip
    return plain(html)


def _checks(findings: Sequence[Finding]) -> dict[str, int]:
    """How many checks of the findings were made and how many passed; notes are neither."""
    made = [check.passed for finding in findings for check in finding.checks if check.passed is not None]
    return {"n": len(made), "passed": sum(made)}


def _self_test(facts: RunFacts, wording: Wording) -> str:
    """Say how the self-test of this version came out on this machine, or that it was not run."""
    test = facts.self_test
    if test is None or test.on is None:
        return wording.text("page.selftest.not_run")
    outcome = "passed" if test.passed == test.checks else "failed"
    return wording.text(f"page.selftest.{outcome}", n=test.checks, passed=test.passed, day=test.on)


def _before(report: Report, language: str) -> Quarter | None:
    """Last quarter, if its report is published beside this one."""
    study, last = report.study, report.study.quarter - 1
    page = study.folder / study.config.reports / str(last) / language / f"{OVERVIEW}.html"
    return last if page.is_file() else None


def _made_at(report: Report) -> datetime:
    """When the run was made, by the clock of the study."""
    return report.facts.made_at.astimezone(ZoneInfo(report.study.config.time_zone))


def moved(html: str, *, into: str) -> str:
    """Return a page for another folder: its relative links go by way of ``into``.

    >>> moved('<a href="churn.html#x">', into="en")
    '<a href="en/churn.html#x">'
    >>> moved('<a href="../vi/churn.html">', into="en")
    '<a href="vi/churn.html">'
    """

    def through(match: re.Match[str]) -> str:
        path, mark, anchor = match[2].partition("#")
        return f"{match[1]}{posixpath.normpath(posixpath.join(into, path))}{mark}{anchor}{match[3]}"

    return _LINK.sub(through, html)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cxlab.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"plain": plain, "inline": inline}
    return environment


@cache
def _style() -> Markup:
    """Style sheet without comments and line ends: every page carries it."""
    text = (files("cxlab.report") / "templates" / "style.css").read_text(encoding="utf-8")
    return Markup(re.sub(r"/\*.*?\*/|;(?=\})|\n\s*", "", text))
