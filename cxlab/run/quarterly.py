"""One quarter, from sources to pages: do the steps, write the pages, publish whole or not at all."""

from __future__ import annotations

import dataclasses
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from cxlab.errors import TimedOutError, UsageError
from cxlab.finding import Message
from cxlab.quarter import Quarter
from cxlab.report import RunFacts
from cxlab.report.stamp import AUTOMATIC, RUN_AGAIN
from cxlab.run import manifest, publish
from cxlab.run.engine import Limits, Watch
from cxlab.run.history import Swap, published_run
from cxlab.run.journal import journal, note
from cxlab.run.kernel import fixed
from cxlab.run.made_of import Parts, of_code, of_data, of_earlier, of_notebook
from cxlab.run.one_step import Done, How, Kernels, carry_out_step, values_of
from cxlab.run.outcome import number_run, write_findings, write_manifest, write_whole_pages
from cxlab.run.plan import Plan, RunResult, State
from cxlab.run.reasons import refuse_unexplained
from cxlab.run.reuse import earlier_runs, surely_changed
from cxlab.run.selftest.remembered import tested
from cxlab.run.standing import put_in_place, settle
from cxlab.run.steps import LEADERS_PAGE, Step
from cxlab.run.together import carry_out_together
from cxlab.run.unchanged import inputs
from cxlab.tables.config import StudyConfig, read_config
from cxlab.tables.limits import within_limits
from cxlab.tables.schema import PREPARED
from cxlab.tables.study import open_study

if TYPE_CHECKING:
    from cxlab.tables.study import Study


def rehearse(plan: Plan, *, quarter: Quarter) -> RunResult:
    """Open the study and say what would run; write nothing but prepared tables."""
    started = time.monotonic()
    publish.is_own(plan.reports, study=plan.study)
    off = _off(plan.steps, _open(plan, quarter))
    return _result(plan, quarter, run_id="", state="planned", off=off, done={}, started=started)


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
        Seconds a cell, a notebook and the run may take; otherwise the study file's.
    watch : callable, optional
        Told of every cell done.

    Raises
    ------
    CxlabError
        Whatever failed; the published quarter is then as it was before.
    """
    started, at, name = time.monotonic(), datetime.now(UTC), str(quarter)
    publish.claim(plan.reports, study=plan.study)
    run_id, folder = publish.new_run(plan.reports, quarter=name, at=at)
    settings = read_config(plan.config)
    zone, limits = settings.zone, limits or _limits(settings)
    with (
        within_limits(plan.reports),
        publish.hold(plan.reports, quarter=name, run_id=run_id, since=at),
        _signals_raise(),
        journal(folder / "log.jsonl"),
    ):
        note("run started", run=run_id)
        try:
            number_run(folder, reports=plan.reports, quarter=name)
            settle(plan.reports, quarter=name, zone=zone)
            made = _make_report(plan, quarter, folder=folder, at=at, limits=limits, watch=watch)
            note("run done", run=run_id)
            whole = publish.finish(folder, run_id=run_id)
        except BaseException as error:
            note("run failed", run=run_id, kind=type(error).__name__)
            kept = publish.give_up(folder, run_id=run_id)
            error.add_note(f"Nothing was published; what was done is kept in {kept}")
            raise
        if made.swap is not None:
            put_in_place(whole, reports=plan.reports, quarter=name, zone=zone, swap=made.swap)
    if made.refused is not None:
        made.refused.add_note(f"Nothing was published; the run is kept as a draft in {whole}")
        raise made.refused
    state: State = "published" if made.swap else "draft"
    result = _result(plan, quarter, run_id=run_id, state=state, off=made.off, done=made.done, started=started)
    if made.swap is None:
        return result
    return dataclasses.replace(
        result, supersedes=made.swap.instead_of, because=made.swap.because, changed=len(made.changed)
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Off:
    """Why a step cannot run: for the terminal, and for the pages."""

    why: str
    message: Message


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A report that is written: what was done, what was off, how it will stand and changes, or why it may not."""

    done: Mapping[str, Done]
    off: Mapping[str, _Off]
    swap: Swap | None
    changed: Sequence[str]
    refused: UsageError | None


def _make_report(
    plan: Plan, quarter: Quarter, *, folder: Path, at: datetime, limits: Limits, watch: Watch | None
) -> _Made:
    """Do the steps and write findings, pages and, last, the manifest."""
    deadline = time.monotonic() + limits.run
    seen = inputs(plan, quarter=quarter)
    runs = earlier_runs(plan.reports, quarter=str(quarter), resume=plan.resume, own=folder)
    with ExitStack() as stack:
        kernels = Kernels(stack, steps=[step.name for step in plan.steps], environment=_surely(plan))
        code = of_code(plan.config.parent, notebooks=plan.steps[0].path.parent)
        if plan.fresh or _surely_changed(plan, quarter, code=code, runs=runs):
            kernels.home()  # imports while the study is opened
        study = _open(plan, quarter)
        off = _off(plan.steps, study)
        earlier = {"earlier": of_earlier(plan.reports, quarter=str(quarter))}
        how = How(
            folder=folder, limits=limits.of_base(study.load.customers), deadline=deadline, watch=watch,
            kernels=kernels, runs=runs, common={**code, **of_data(study), **earlier},
        )  # fmt: skip
        chosen = [step for step in plan.steps if step.name not in off]
        done = carry_out_together(
            chosen, lambda step: carry_out_step(plan, study, step=step, how=how), jobs=plan.jobs
        )
    if time.monotonic() > deadline:
        raise TimedOutError(f"the run was not done in time; the limit is {limits.run:g} s a run")
    code_version = manifest.code_version()
    findings = write_findings(study, list(done), folder=folder, code_version=code_version)
    changed, refused = _changed(plan, quarter, folder=folder)
    swap = None if refused or not plan.publishes else _swap(plan, quarter, folder=folder, at=at, changed=changed)
    facts = _facts(folder, at=at, off=off, code_version=code_version, published=swap is not None)
    write_whole_pages(
        {name: step.notebook for name, step in done.items()}, findings, study=study, facts=facts, folder=folder
    )
    write_manifest(
        plan, study, facts=facts, done=done, off={name: of.why for name, of in off.items()}, findings=findings,
        swap=swap, inputs=seen, folder=folder,
    )  # fmt: skip
    return _Made(done=done, off=off, swap=swap, changed=changed, refused=refused)


def _changed(plan: Plan, quarter: Quarter, *, folder: Path) -> tuple[Sequence[str], UsageError | None]:
    """Return the findings with other numbers than the published ones, or why that may not be published."""
    if not plan.publishes:
        return (), None
    try:
        return refuse_unexplained(folder, reports=plan.reports, quarter=str(quarter), because=_reason(plan)), None
    except UsageError as error:
        return (), error


def _swap(plan: Plan, quarter: Quarter, *, folder: Path, at: datetime, changed: Sequence[str]) -> Swap:
    return Swap(
        at=at.isoformat(),
        kind="published",
        run=folder.name.removesuffix(".part"),
        by=AUTOMATIC,
        because=_reason(plan) if changed else plan.because,
        instead_of=published_run(plan.reports, quarter=str(quarter)),
    )


def _reason(plan: Plan) -> str | None:
    """Return why numbers may change: what was said, or that a made-up company is run again freely."""
    return plan.because or (RUN_AGAIN if read_config(plan.config).made_up else None)


def _surely_changed(plan: Plan, quarter: Quarter, *, code: Parts, runs: Sequence[Path]) -> bool:
    """Say whether a step will have to run whatever the data are."""
    return any(
        surely_changed(
            step, {**of_notebook(step, values=values_of(plan, step, quarter=str(quarter))), **code}, runs=runs
        )
        for step in plan.steps
    )


def _open(plan: Plan, quarter: Quarter) -> Study:
    study = open_study(str(quarter), as_of=plan.as_of, team_as_of=plan.team_as_of, config=plan.config)
    chosen = study.config.model_copy(update={"languages": plan.languages})
    return dataclasses.replace(study, config=chosen)


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


def _limits(settings: StudyConfig) -> Limits:
    given = settings.limits
    return Limits(cell=given.cell_seconds, notebook=given.notebook_seconds, run=given.run_seconds)


def _surely(plan: Plan) -> dict[str, str]:
    """What the kernels of a run are told, and so what they are forked from is told."""
    return {**fixed(), "CXLAB_STUDY": str(plan.config)}


def _facts(folder: Path, *, at: datetime, off: Mapping[str, _Off], code_version: str, published: bool) -> RunFacts:
    return RunFacts(
        run_id=folder.name.removesuffix(".part"),
        made_at=at,
        state="published" if published else "draft",
        approved_by=AUTOMATIC if published else None,
        code_version=code_version,
        off={name: reason.message for name, reason in off.items()},
        self_test=tested(),
    )


def _result(
    plan: Plan,
    quarter: Quarter,
    *,
    run_id: str,
    state: State,
    off: Mapping[str, _Off],
    done: Mapping[str, Done],
    started: float,
) -> RunResult:
    home = plan.reports / ".runs" / run_id if state == "draft" else plan.reports / str(quarter)
    names = [step.name for step in plan.steps if step.name not in off]
    return RunResult(
        quarter=str(quarter),
        run_id=run_id,
        state=state,
        index=home / "index.html",
        steps={name: done[name].seconds if name in done else 0.0 for name in names},
        off={name: reason.why for name, reason in off.items()},
        seconds=round(time.monotonic() - started, 2),
        why={name: step.why for name, step in done.items()},
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
