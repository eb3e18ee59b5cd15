"""record() and recall(): into a run's ledger, and out of this run's or a published quarter's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from cxlab import ledger
from cxlab.finding import MADE_AFTERWARDS, Check, Estimate, Finding, Message
from cxlab.quarter import Quarter
from cxlab.report.clean import plain
from cxlab.report.sections import wording_of

if TYPE_CHECKING:
    from cxlab.tables.study import Study


def record(study: Study, findings: Sequence[Finding | None]) -> None:
    """Write a step's findings to the run's ledger; outside a run, show what would be written.

    Parameters
    ----------
    study : Study
        The study the notebook opened.
    findings : sequence of Finding
        The first one is the answer of the page: its sentence becomes the title. None is passed over.

    Raises
    ------
    ValueError
        If there is none, a name comes twice, or a name belongs to another question.
    """
    run, step = os.environ.get("CXLAB_RUN"), os.environ.get("CXLAB_STEP")
    found = [_dated(finding, study) for finding in findings if finding is not None]
    _refuse_wrong_names(found, step if run else None)
    if run and step:
        header = {"step": step, "study": study.config.name, "quarter": str(study.quarter)}
        ledger.write(found, Path(run) / "findings" / f"{step}.json", header=header)
    else:
        _show_draft(study, found)


def _dated(finding: Finding, study: Study) -> Finding:
    """Mark a forecast that is made after the quarter it speaks of: when it is graded, that is said."""
    late = isinstance(finding.headline, Estimate) and finding.headline.kind == "prediction"
    if not late or finding.about.end > study.team_as_of:
        return finding
    mark = Check(
        name=MADE_AFTERWARDS, passed=None, message=Message("report.made_afterwards", {"quarter": finding.about})
    )
    return replace(finding, checks=(*finding.checks, mark))


def recall(study: Study, name: str, *, quarter: Quarter | None = None) -> Finding | None:
    """Read one finding of another step of this run, or of a published quarter.

    Parameters
    ----------
    study : Study
        Says where the reports are.
    name : str
        Such as ``"churn.next_quarter"``.
    quarter : Quarter, optional
        Read the published ledger of that quarter. None: this run; outside a run the newest ledger of the
        study's quarter, a draft included.

    Returns
    -------
    Finding or None
        None where no ledger holds it.
    """
    reports = study.folder / study.config.reports
    if quarter is not None:
        return _found(name, [reports / str(quarter) / "findings.json"])
    run = os.environ.get("CXLAB_RUN")
    if run:
        return _found(name, sorted((Path(run) / "findings").glob("*.json")))
    return _found(name, _drafts(reports, study.quarter))


def recall_all(study: Study, *, quarter: Quarter | None = None) -> dict[str, Finding]:
    """Read everything the steps of this run recorded so far, by name.

    Parameters
    ----------
    study : Study
        Says where the reports are.
    quarter : Quarter, optional
        Read the published ledger of that quarter instead; empty where there is none.
    """
    reports = study.folder / study.config.reports
    run = os.environ.get("CXLAB_RUN")
    if quarter is not None:
        paths = [reports / str(quarter) / "findings.json"]
    elif run:
        paths = sorted((Path(run) / "findings").glob("*.json"))
    else:
        paths = _drafts(reports, study.quarter)[:1]
    return {finding.name: finding for path in paths if path.is_file() for finding in ledger.read(path).findings}


def _found(name: str, paths: Sequence[Path]) -> Finding | None:
    for path in paths:
        if path.is_file() and (finding := ledger.read(path).find(name)) is not None:
            return finding
    return None


def _drafts(reports: Path, quarter: Quarter) -> list[Path]:
    """Ledgers of a quarter, newest first: of every kept run, then the published one."""
    kept = [run for run in (reports / ".runs").glob("*") if not run.name.endswith((".part", ".failed"))]
    runs = [path for run in kept for path in run.glob("findings.json")]
    newest = sorted(runs, key=lambda path: (path.stat().st_mtime_ns, str(path)), reverse=True)
    ours = [path for path in newest if ledger.read(path).header.get("quarter") == str(quarter)]
    return [*ours, reports / str(quarter) / "findings.json"]


def _refuse_wrong_names(findings: Sequence[Finding], step: str | None) -> None:
    if not findings:
        raise ValueError("record() needs at least one finding: the first is the answer of the page")
    names = [finding.name for finding in findings]
    problems = [
        f"{name} comes {names.count(name)} times" for name in sorted({n for n in names if names.count(n) > 1})
    ]
    question = step or findings[0].question
    problems += [
        f"{name} does not begin with {question!r}" for name in names if name.partition(".")[0] != question
    ]
    if problems:
        raise ValueError("findings of a step are named after it, each once: " + "; ".join(problems))


def _show_draft(study: Study, findings: Sequence[Finding]) -> None:
    from IPython.display import publish_display_data

    wording = wording_of(study, study.config.languages[0])
    title = plain(wording.text("page.draft_not_recorded"))
    lines = [(finding.name, plain(wording.say(finding.message))) for finding in findings]
    items = Markup("").join(Markup("<li><code>{}</code> {}</li>").format(name, said) for name, said in lines)
    publish_display_data(  # type: ignore[no-untyped-call]
        {
            "text/html": str(Markup('<div class="draft"><p><b>{}</b></p><ol>{}</ol></div>').format(title, items)),
            "text/plain": "\n".join([title, *(f"  {name}: {said}" for name, said in lines)]),
        }
    )
