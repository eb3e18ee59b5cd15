"""What a run writes once its steps are done: the ledger, the pages, and last of all the manifest."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cxlab import ledger
from cxlab.errors import RunError
from cxlab.finding import Finding
from cxlab.report import RunFacts, verify_pages, write_pages
from cxlab.run import manifest
from cxlab.run.history import NUMBER, SAYS, Json, Swap, number_of
from cxlab.run.journal import note
from cxlab.run.one_step import Done, given, values_of
from cxlab.run.plan import Plan
from cxlab.run.standing import as_bytes
from cxlab.run.steps import Step
from cxlab.to_disk import replace_file

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlab.tables.study import Study


def number_run(folder: Path, *, reports: Path, quarter: str) -> None:
    """Give a run its number among the runs of its quarter: their order, whatever the clock says."""
    others = (number_of(path) for path in (reports / ".runs").glob(f"{quarter}-*"))
    replace_file(folder / NUMBER, f"{max(others, default=0) + 1}\n".encode())


def write_findings(study: Study, steps: Sequence[str], *, folder: Path, code_version: str) -> tuple[Finding, ...]:
    """Merge what the steps recorded into the run's findings.json."""
    parts = [ledger.read(folder / "findings" / f"{step}.json") for step in steps]
    findings = tuple(finding for part in parts for finding in part.findings)
    header = {
        "study": study.config.name,
        "quarter": str(study.quarter),
        "as_of": study.as_of.isoformat(),
        "fingerprint": study.fingerprint,
        "code_version": code_version,
        "labels": manifest.plain(study.config.labels),
    }
    ledger.write(findings, folder / "findings.json", header=header)
    return findings


def write_whole_pages(
    executed: Mapping[str, NotebookNode],
    findings: Sequence[Finding],
    *,
    study: Study,
    facts: RunFacts,
    folder: Path,
) -> None:
    """Write every page, and see that none breaks a rule of the house.

    Raises
    ------
    RunError
        With every rule that is broken, and where.
    """
    started = time.monotonic()
    write_pages(executed, findings, study=study, facts=facts, to=folder)
    violations = verify_pages(folder)
    note("pages written", violations=len(violations), seconds=round(time.monotonic() - started, 3))
    if violations:
        raise RunError("the pages break a rule of the house and were not published", violations)
    state = manifest.plain(
        {"state": facts.state, "approved_by": facts.approved_by, "approved_on": facts.approved_on}
    )
    replace_file(folder / SAYS, as_bytes({**state, "replaced": None}))


def write_manifest(
    plan: Plan,
    study: Study,
    *,
    facts: RunFacts,
    done: Mapping[str, Done],
    off: Mapping[str, str],
    findings: Sequence[Finding],
    swap: Swap | None,
    inputs: Mapping[str, Json] | None,
    folder: Path,
) -> None:
    """Write what the run was: with this file it is whole."""
    failed = [
        (finding.name, check.name) for finding in findings for check in finding.checks if check.passed is False
    ]
    quarter = str(study.quarter)
    record = {
        "schema_version": 1,
        "number": number_of(folder),
        "whole": plan.whole,
        "run": facts,
        "study": plan.study,
        "quarter": quarter,
        "as_of": study.as_of,
        "team_as_of": study.team_as_of,
        "languages": plan.languages,
        "fingerprint": study.fingerprint,
        "load": study.load,
        "off": off,
        "steps": {
            step.name: _step(plan, step, done=done[step.name], quarter=quarter)
            for step in plan.steps
            if step.name in done
        },
        "findings": [finding.name for finding in findings],
        "checks_failed": [f"{finding}: {check}" for finding, check in failed],
        "because": swap and swap.because,
        "supersedes": swap and swap.instead_of,
        "inputs": inputs,
        **manifest.surroundings(),
    }
    replace_file(folder / "manifest.json", manifest.as_bytes(record))


def _step(plan: Plan, step: Step, *, done: Done, quarter: str) -> Json:
    own, told = values_of(plan, step, quarter=quarter), given(plan, quarter)
    return {**manifest.step_facts(step, values=own, given=told, seconds=done.seconds), "why": done.why}
