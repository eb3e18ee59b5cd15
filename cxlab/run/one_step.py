"""One step of a run: taken from an earlier run where nothing it is made of has changed, else executed."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from cxlab.errors import RunError
from cxlab.run.engine import Limits, Watch, execute
from cxlab.run.forked import Nursery, nursery
from cxlab.run.journal import note
from cxlab.run.made_of import Parts, of_findings, of_notebook
from cxlab.run.manifest import as_bytes
from cxlab.run.parameters import Value
from cxlab.run.plan import Plan
from cxlab.run.reuse import KEPT, Found, find, take
from cxlab.run.steps import Step
from cxlab.run.together import waited_for
from cxlab.tables.same_run import BEGAN_WITH, told
from cxlab.tables.study import TEAM_AS_OF
from cxlab.tables.whole_files import forget_left_behind
from cxlab.to_disk import replace_file

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlab.tables.study import Study

MEMORY_MEGABYTES = 4096
"""What the engines of all steps that run at once may use together."""

FRESH = "--fresh"


class Kernels:
    """Where kernels come from: a nursery that is started when the first is needed.

    Parameters
    ----------
    stack : ExitStack
        Ends it.
    steps : sequence of str
        Questions that may run.
    environment : mapping of str to str
        Of the nursery.
    """

    def __init__(
        self, stack: contextlib.ExitStack, *, steps: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self._stack, self._steps, self._environment = stack, steps, environment
        self._asking = threading.Lock()
        self._started = False
        self._home: Nursery | None = None

    def home(self) -> Nursery | None:
        """Return the nursery, started now if it was not; None where forking is not safe or not wanted."""
        with self._asking:
            if not self._started:
                self._started = True
                self._home = self._stack.enter_context(nursery(self._steps, environment=self._environment))
            return self._home


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What every step of a run is done with.

    Parameters
    ----------
    folder : Path
        The run's folder.
    limits : Limits
        Seconds per cell, notebook and run.
    deadline : float
        When the run has to be over, by `time.monotonic`.
    watch : callable or None
        Told of every cell done.
    kernels : Kernels
        Where they come from.
    runs : tuple of Path
        Earlier runs steps may be taken from.
    common : mapping
        What every step is made of: code, data, settings, published quarters before this one.
    """

    folder: Path
    limits: Limits
    deadline: float
    watch: Watch | None
    kernels: Kernels
    runs: tuple[Path, ...]
    common: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step that is done: its notebook, the seconds it took now, and why it ran or where it comes from."""

    notebook: NotebookNode
    seconds: float
    why: str


def carry_out_step(plan: Plan, study: Study, *, step: Step, how: How) -> Done:
    """Do a step.

    Raises
    ------
    CxlabError
        If its notebook fails or records nothing.
    """
    started = time.monotonic()
    parts = _parts(plan, study, step=step, how=how)
    found = Found(run=None, why=FRESH) if plan.fresh else find(step, parts, runs=how.runs)
    if found.run is None:
        notebook = _execute(plan, study, step=step, how=how)
    else:
        take(step, run=found.run, to=how.folder)
        kept = (how.folder / "notebooks" / step.path.name).read_text(encoding="utf-8")
        notebook = nbformat.v4.reads(kept)  # type: ignore[no-untyped-call]
        note("step taken", step=step.name, run=found.run.name)
    replace_file(how.folder / KEPT / f"{step.name}.json", as_bytes(parts))
    return Done(notebook=notebook, seconds=round(time.monotonic() - started, 3), why=found.why)


def given(plan: Plan, quarter: str) -> dict[str, Value]:
    """Return the parameters that the command itself sets, in every notebook."""
    told: dict[str, Value] = {"quarter": quarter}
    return told | {"as_of": plan.as_of.isoformat()} if plan.as_of else told


def values_of(plan: Plan, step: Step, *, quarter: str) -> dict[str, Value]:
    """Return the values of a step's parameters that somebody gave."""
    return {**plan.values.get(step.name, {}), **given(plan, quarter)}


def _parts(plan: Plan, study: Study, *, step: Step, how: How) -> Parts:
    values = values_of(plan, step, quarter=str(study.quarter))
    return {
        **of_notebook(step, values=values),
        **how.common,
        "steps": of_findings(how.folder, waited_for(step, plan.steps)),
    }


def _execute(plan: Plan, study: Study, *, step: Step, how: How) -> NotebookNode:
    try:
        executed = execute(
            step,
            values=values_of(plan, step, quarter=str(study.quarter)),
            environment={
                "CXLAB_RUN": str(how.folder),
                "CXLAB_STEP": step.name,
                "CXLAB_STUDY": str(plan.config),
                TEAM_AS_OF: study.team_as_of.isoformat(),
                BEGAN_WITH: told(study.load, fingerprint=study.fingerprint),
                "CXLAB_MEMORY": os.environ.get("CXLAB_MEMORY", f"{MEMORY_MEGABYTES // plan.jobs}MB"),
            },
            folder=study.folder,
            to=how.folder / "notebooks" / step.path.name,
            limits=how.limits,
            deadline=how.deadline,
            watch=how.watch,
            home=how.kernels.home(),
        )
    finally:
        forget_left_behind(study.folder / study.config.prepared)  # a kernel is ended, and does not tidy up
    if not (how.folder / "findings" / f"{step.name}.json").is_file():
        raise RunError(f"{step.path.name} recorded nothing: its last cell has to call record(study, [...])")
    return executed
