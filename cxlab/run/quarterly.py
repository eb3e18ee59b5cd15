"""One quarter, from sources to pages: execute the steps, write the pages, publish whole or not at all."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from cxlab import ledger
from cxlab.errors import RunError
from cxlab.finding import Finding, Message
from cxlab.ledger import replace_file
from cxlab.quarter import Quarter
from cxlab.report import RunFacts, verify_pages, write_pages
from cxlab.run import manifest, publish
from cxlab.run.engine import Limits, Watch, execute
from cxlab.run.forked import Nursery, nursery
from cxlab.run.journal import journal, note
from cxlab.run.kernel import fixed
from cxlab.run.parameters import Value
from cxlab.run.plan import Plan, RunResult, State
from cxlab.run.steps import LEADERS_PAGE, Step
from cxlab.run.together import carry_out_together
from cxlab.tables.limits import within_limits
from cxlab.tables.same_run import BEGAN_WITH, told
from cxlab.tables.schema import PREPARED
from cxlab.tables.study import open_study
from cxlab.tables.whole_files import forget_left_behind

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlab.tables.study import Study

MEMORY_MEGABYTES = 4096
"""What the engines of all steps that run at once may use together."""

APPROVED_BY_STUDY = "auto_publish"
"""Who approved a quarter that the study file lets through by itself."""


def rehearse(plan: Plan, *, quarter: Quarter) -> RunResult:
    """Open the study and say what would run; write nothing but prepared tables."""
    started = time.monotonic()
    publish.is_own(plan.reports, study=plan.study)
    off = _off(plan.steps, _open(plan, quarter))
    return _result(plan, quarter, run_id="", state="planned", off=off, seconds={}, started=started)


def carry_out(
    plan: Plan, *, quarter: Quarter, limits: Limits | None = None, watch: Watch | None = None
) -> RunResult:
    """Run a quarter.

    Parameters
    ----------
    plan : Plan
        Steps and parameters, already checked.
    quarter : Quarter
        Which quarter.
    limits : Limits, optional
        Seconds a cell and a notebook may take.
    watch : callable, optional
        Told of every cell done.

    Raises
    ------
    CxlabError
        Whatever failed; the published quarter is then as it was before.
    """
    started, at = time.monotonic(), datetime.now(UTC)
    publish.claim(plan.reports, study=plan.study)
    run_id, folder = publish.new_run(plan.reports, quarter=str(quarter), at=at)
    with (
        within_limits(plan.reports),
        publish.hold(plan.reports, quarter=str(quarter), run_id=run_id, since=at),
        _signals_raise(),
        journal(folder / "log.jsonl"),
    ):
        note("run started", run=run_id)
        try:
            with nursery([step.name for step in plan.steps], environment=_surely(plan)) as home:
                study = _open(plan, quarter)
                off = _off(plan.steps, study)
                facts = _facts(plan, run_id=run_id, at=at, off=off)
                how = _How(folder=folder, limits=limits or Limits(), watch=watch, home=home)
                seconds = _make_report(plan, study, facts=facts, how=how)
            note("run done", run=run_id)
            done = publish.finish(folder, run_id=run_id)
        except BaseException as error:
            note("run failed", run=run_id, kind=type(error).__name__)
            kept = publish.give_up(folder, run_id=run_id)
            error.add_note(f"Nothing was published; what was done is kept in {kept}")
            raise
        if plan.publishes:
            publish.publish(done, reports=plan.reports, quarter=str(quarter))
    return _result(plan, quarter, run_id=run_id, state=facts.state, off=off, seconds=seconds, started=started)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """What every step is executed with."""

    folder: Path
    limits: Limits
    watch: Watch | None
    home: Nursery | None


def _make_report(plan: Plan, study: Study, *, facts: RunFacts, how: _How) -> dict[str, float]:
    """Execute the steps and write findings, pages and, last, the manifest; return seconds by step."""
    steps = [step for step in plan.steps if step.name not in facts.off]
    seconds: dict[str, float] = {}

    def one(step: Step) -> NotebookNode:
        started = time.monotonic()
        done = _execute_step(plan, study, step=step, how=how)
        seconds[step.name] = round(time.monotonic() - started, 3)
        return done

    executed = carry_out_together(steps, one, jobs=plan.jobs)
    findings = _write_findings(study, list(executed), folder=how.folder, facts=facts)
    _write_pages(executed, findings, study=study, facts=facts, folder=how.folder)
    record = _record(plan, study, facts=facts, steps=steps, seconds=seconds, findings=findings)
    replace_file(how.folder / "manifest.json", manifest.as_bytes(record))
    return seconds


def _open(plan: Plan, quarter: Quarter) -> Study:
    study = open_study(str(quarter), as_of=plan.as_of, config=plan.config)
    chosen = study.config.model_copy(update={"languages": plan.languages})
    return dataclasses.replace(study, config=chosen)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Off:
    """Why a step cannot run: for the terminal, and for the pages."""

    why: str
    message: Message


def _off(steps: Sequence[Step], study: Study) -> dict[str, _Off]:
    """Return the steps that cannot run on this study; the leader's page always runs."""
    off: dict[str, _Off] = {}
    for step in steps:
        missing = ", ".join(name for name in step.tables if name not in {*study.tables, *PREPARED})
        questions = (step.name, *(PREPARED[name] for name in step.tables if name in PREPARED))
        reason = next((why for question in questions if (why := study.load.cannot_run(question))), None)
        if step.name == LEADERS_PAGE or not (missing or reason):
            continue
        message = Message("page.off_tables", {"tables": missing}) if missing else Message("page.question_off")
        off[step.name] = _Off(why=reason or f"no {missing}", message=message)
        note("step off", step=step.name, why=off[step.name].why)
    return off


def _surely(plan: Plan) -> dict[str, str]:
    """What the kernels of a run are told, and so what they are forked from is told."""
    return {**fixed(), "CXLAB_STUDY": str(plan.config)}


def _execute_step(plan: Plan, study: Study, *, step: Step, how: _How) -> NotebookNode:
    try:
        executed = execute(
            step,
            values={**plan.values.get(step.name, {}), **_given(plan, str(study.quarter))},
            environment={
                "CXLAB_RUN": str(how.folder),
                "CXLAB_STEP": step.name,
                "CXLAB_STUDY": str(plan.config),
                BEGAN_WITH: told(study.load, fingerprint=study.fingerprint),
                "CXLAB_MEMORY": os.environ.get("CXLAB_MEMORY", f"{MEMORY_MEGABYTES // plan.jobs}MB"),
            },
            folder=study.folder,
            to=how.folder / "notebooks" / step.path.name,
            limits=how.limits,
            watch=how.watch,
            home=how.home,
        )
    finally:
        forget_left_behind(study.folder / study.config.prepared)  # a kernel is ended, and does not tidy up
    if not (how.folder / "findings" / f"{step.name}.json").is_file():
        raise RunError(f"{step.path.name} recorded nothing: its last cell has to call record(study, [...])")
    return executed


def _given(plan: Plan, quarter: str) -> dict[str, Value]:
    """Return the parameters that the command itself sets, in every notebook."""
    given: dict[str, Value] = {"quarter": quarter}
    return given | {"as_of": plan.as_of.isoformat()} if plan.as_of else given


def _facts(plan: Plan, *, run_id: str, at: datetime, off: Mapping[str, _Off]) -> RunFacts:
    return RunFacts(
        run_id=run_id,
        made_at=at,
        state="published" if plan.publishes else "draft",
        approved_by=APPROVED_BY_STUDY if plan.publishes else None,
        code_version=manifest.code_version(),
        off={name: reason.message for name, reason in off.items()},
    )


def _write_findings(study: Study, steps: Sequence[str], *, folder: Path, facts: RunFacts) -> tuple[Finding, ...]:
    """Merge what the steps recorded into the run's findings.json."""
    parts = [ledger.read(folder / "findings" / f"{step}.json") for step in steps]
    findings = tuple(finding for part in parts for finding in part.findings)
    header = {
        "study": study.config.name,
        "quarter": str(study.quarter),
        "as_of": study.as_of.isoformat(),
        "fingerprint": study.fingerprint,
        "code_version": facts.code_version,
    }
    ledger.write(findings, folder / "findings.json", header=header)
    return findings


def _write_pages(
    executed: Mapping[str, NotebookNode],
    findings: Sequence[Finding],
    *,
    study: Study,
    facts: RunFacts,
    folder: Path,
) -> None:
    started = time.monotonic()
    write_pages(executed, findings, study=study, facts=facts, to=folder)
    violations = verify_pages(folder)
    note("pages written", violations=len(violations), seconds=round(time.monotonic() - started, 3))
    if violations:
        raise RunError("the pages break a rule of the house and were not published", violations)


def _record(
    plan: Plan,
    study: Study,
    *,
    facts: RunFacts,
    steps: Sequence[Step],
    seconds: Mapping[str, float],
    findings: Sequence[Finding],
) -> dict[str, object]:
    given = _given(plan, str(study.quarter))
    failed = [
        (finding.name, check.name) for finding in findings for check in finding.checks if check.passed is False
    ]
    return {
        "schema_version": 1,
        "run": facts,
        "study": plan.study,
        "quarter": str(study.quarter),
        "as_of": study.as_of,
        "fingerprint": study.fingerprint,
        "load": study.load,
        "steps": {
            step.name: manifest.step_facts(
                step, values=plan.values.get(step.name, {}), given=given, seconds=seconds[step.name]
            )
            for step in steps
        },
        "findings": [finding.name for finding in findings],
        "checks_failed": [f"{finding}: {check}" for finding, check in failed],
        "supersedes": publish.published_run(plan.reports, quarter=str(study.quarter)) if plan.publishes else None,
        **manifest.surroundings(),
    }


def _result(
    plan: Plan,
    quarter: Quarter,
    *,
    run_id: str,
    state: State,
    off: Mapping[str, _Off],
    seconds: Mapping[str, float],
    started: float,
) -> RunResult:
    home = plan.reports / ".runs" / run_id if state == "draft" else plan.reports / str(quarter)
    return RunResult(
        quarter=str(quarter),
        run_id=run_id,
        state=state,
        index=home / "index.html",
        steps={step.name: seconds.get(step.name, 0.0) for step in plan.steps if step.name not in off},
        off={name: reason.why for name, reason in off.items()},
        seconds=round(time.monotonic() - started, 2),
    )


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let SIGTERM unwind the run like Ctrl-C does, so that kernels end and the lock is released."""

    def stop(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
