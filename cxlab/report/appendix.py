"""The report's own pages: where the data came from, how every number was made, what the words mean."""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata
from importlib.resources import files
from typing import Any

from cxlab.finding import Finding, Label
from cxlab.report.clean import plain
from cxlab.report.evidence import evidence_html, files_html
from cxlab.report.facts import SelfTest
from cxlab.report.load import load_tables
from cxlab.report.notebook import shown_findings
from cxlab.report.question import method
from cxlab.report.sections import wording_of
from cxlab.report.site import Report, render
from cxlab.wording import Wording

_GLOSSARY = re.compile(r'^msgid "(glossary\.[a-z0-9_]+)\.name"$', re.MULTILINE)


def data_page(report: Report, *, language: str) -> str:
    """Return the page about the sources: what was read, accepted, set aside, joined, came late."""
    wording = wording_of(report.study, language)
    off = [
        {"question": _question(step, wording), "reason": wording.say(why)}
        for step, why in report.facts.off.items()
    ]
    return render(
        "data.html.j2",
        report,
        name="data",
        language=language,
        title=wording.text("page.data.title", quarter=report.study.quarter),
        off=off,
        fingerprint=plain(report.study.fingerprint),
        tables=load_tables(report.study.load, wording=wording),
    )


def methods_page(report: Report, *, language: str) -> str:
    """Return the page with every finding's method, definition and checks, the notebooks' code and the versions."""
    wording = wording_of(report.study, language)
    code = [
        {"step": step, "title": report.title(step, wording), "cells": _code(report, step)} for step in report.steps
    ]
    return render(
        "methods.html.j2",
        report,
        name="methods",
        language=language,
        title=wording.text("page.methods.title"),
        methods=[
            method(finding, report=report, wording=wording) | _proof(finding, report, wording)
            for finding in report.findings
        ],
        known=self_test_rows(report.facts.self_test, wording=wording),
        code=code,
        versions=package_versions(),
    )


def _proof(finding: Finding, report: Report, wording: Wording) -> dict[str, Any]:
    """Return what a finding rests on, where it stands and its files."""
    step = finding.question
    shown = step in report.executed and finding.name in shown_findings(
        report.executed[step], language=wording.language
    )
    place = f"{step}.html#{finding.name if shown else 'how'}"
    return {
        "evidence": evidence_html(finding, report, wording=wording),
        "place": place if step in report.executed and (shown or not report.is_board(step)) else "",
        "files": files_html(finding, wording=wording),
    }


def self_test_rows(self_test: SelfTest | None, *, wording: Wording) -> list[dict[str, str]]:
    """Return what the self-test asks, one row each: what, the known answer, how near, whose answer it is."""
    return [
        {
            "what": wording.text(f"selftest.{known.name}"),
            "answers": " · ".join(wording.digits(answer) for answer in known.answers)
            or wording.text("selftest.counted"),
            "near": wording.text(f"selftest.near.{known.near}"),
            "source": plain(known.source),
        }
        for known in (() if self_test is None else self_test.known)
    ]


def definitions_page(report: Report, *, language: str) -> str:
    """Return the glossary: each term, its name in the other languages, one line of meaning."""
    wording = wording_of(report.study, language)
    others = [wording_of(report.study, other) for other in report.study.config.languages if other != language]
    terms = [
        {
            "id": id_,
            "term": wording.text(f"{id_}.name"),
            "meaning": wording.text(f"{id_}.meaning"),
            "others": [{"language": other.language, "term": other.text(f"{id_}.name")} for other in others],
        }
        for id_ in glossary_ids()
    ]
    return render(
        "definitions.html.j2",
        report,
        name="definitions",
        language=language,
        title=wording.text("page.definitions.title"),
        terms=terms,
    )


def glossary_ids() -> list[str]:
    """Return the ids of the glossary's terms, in the order of the catalogue."""
    catalogue = files("cxlab") / "locale" / "en.po"
    return _GLOSSARY.findall(catalogue.read_text(encoding="utf-8"))


@cache
def package_versions() -> list[tuple[str, str]]:
    """Return the installed version of cxlab and of everything it requires, by name."""
    names = ["cxlab", *(re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0] for line in _required())]
    return [(name, metadata.version(name)) for name in sorted(set(names))]


def _required() -> list[str]:
    return [line for line in metadata.requires("cxlab") or () if "extra ==" not in line]


def _code(report: Report, step: str) -> list[str]:
    cells = report.executed[step]["cells"]
    return [plain(cell["source"]) for cell in cells if cell["cell_type"] == "code" and cell["source"].strip()]


def _question(step: str, wording: Wording) -> str:
    return wording.label(Label(of="question", code=step))
