"""Execute one notebook: Papermill with an engine of our own.

Papermill's own engine saves the whole notebook twice a cell, has no time limit, and calls cells completed that
never ran. This one notes events in the run's journal, keeps limits, ends the kernel's whole process group, and a
notebook has succeeded only when its last cell has.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

from cxlab import errors
from cxlab.errors import CxlabError, RunError, TimedOutError
from cxlab.run.forked import Nursery
from cxlab.run.inside import ERROR_DATA
from cxlab.run.journal import note
from cxlab.run.kernel import kernel
from cxlab.run.parameters import Value
from cxlab.run.steps import Step
from cxlab.to_disk import replace_file

Watch: TypeAlias = Callable[[str, int, int], None]
"""Called with a step, the cells done and the cells in all."""

_quiet = logging.getLogger("cxlab.run.client")  # nbclient's own words may hold a cell's values
_quiet.propagate = False
_quiet.addHandler(logging.NullHandler())
logging.getLogger("papermill").setLevel(logging.ERROR)


USUAL_BASE = 5_000_000
"""Up to so many customers the limits are as they are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a run may take, seconds."""

    cell: float = 600.0
    notebook: float = 1800.0
    run: float = 7200.0
    start: float = 90.0

    def __post_init__(self) -> None:
        if min(self.cell, self.notebook, self.run, self.start) <= 0:
            raise ValueError(f"limits are more than 0 seconds; got {self}")

    def of_base(self, customers: int) -> Limits:
        """Return the limits for so many customers, above `USUAL_BASE` longer ones; none is longer than the run's.

        The first notebook that asks for a table of a large base makes it.
        """
        longer = customers / USUAL_BASE
        if longer <= 1:
            return self
        cell, notebook = (min(seconds * longer, self.run) for seconds in (self.cell, self.notebook))
        return replace(self, cell=cell, notebook=notebook)


def execute(
    step: Step,
    *,
    values: Mapping[str, Value],
    environment: Mapping[str, str],
    folder: Path,
    to: Path,
    limits: Limits,
    deadline: float | None = None,
    watch: Watch | None = None,
    home: Nursery | None = None,
) -> NotebookNode:
    """Execute a notebook in a fresh kernel and save it with its outputs.

    Parameters
    ----------
    step : Step
        The notebook.
    values : mapping of str to Value
        Parameters that differ from their default; already checked.
    environment : mapping of str to str
        What the kernel is told on top of the usual environment.
    folder : Path
        Working directory of the kernel.
    to : Path
        Where the executed notebook goes; after a failure it holds what was done until then.
    limits : Limits
        Seconds per cell and per notebook.
    deadline : float, optional
        When the run this is part of has to be over, by `time.monotonic`; None is its limit from now on.
    watch : callable, optional
        Told of every cell done.
    home : Nursery, optional
        Where the kernel is forked; without one an interpreter is started.

    Raises
    ------
    CxlabError
        Of the kind the notebook raised; `RunError` for any other failure; `TimedOutError` over a limit.
    """
    papermill_engines.register("cxlab", JournalEngine)
    notebook = nbformat.read(step.path, as_version=4)  # type: ignore[no-untyped-call]
    started = time.monotonic()
    note("step started", step=step.name)
    try:
        done: NotebookNode = papermill.execute_notebook(
            notebook,
            None,
            parameters=dict(values),
            engine_name="cxlab",
            request_save_on_cell_execute=False,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=str(folder),
            job=_Job(
                step=step,
                environment=environment,
                to=to,
                limits=limits,
                watch=watch,
                home=home,
                deadline=started + limits.run if deadline is None else deadline,
            ),
        )
    except CxlabError as error:
        note("step failed", step=step.name, kind=type(error).__name__, seconds=_since(started))
        raise
    finally:
        _close_loop()
    note("step done", step=step.name, seconds=_since(started))
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    step: Step
    environment: Mapping[str, str]
    to: Path
    limits: Limits
    deadline: float
    watch: Watch | None
    home: Nursery | None


class JournalEngine(Engine):  # type: ignore[misc]  # Papermill's base is untyped
    """Papermill's extension point: run the cells in order, in a kernel that is surely ended."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, job: _Job, **_: object
    ) -> None:
        """Run every cell; the first that fails ends the notebook."""
        deadline = min(job.deadline, time.monotonic() + job.limits.notebook)

        def seconds_left(_: NotebookNode) -> float:
            return max(0.1, min(job.limits.cell, deadline - time.monotonic()))

        try:
            with kernel(job.environment, home=job.home) as (manager, environment):
                client = NotebookClient(
                    nb_man.nb, km=manager, timeout_func=seconds_left, startup_timeout=job.limits.start, log=_quiet
                )
                try:
                    with client.setup_kernel(env=environment):
                        _run_cells(client, nb_man, job)
                finally:
                    _hang_up(client)
        finally:
            text: str = nbformat.writes(nb_man.nb)  # type: ignore[no-untyped-call]
            replace_file(job.to, (text + "\n").encode("utf-8", "replace"))


def _run_cells(client: NotebookClient, nb_man: NotebookExecutionManager, job: _Job) -> None:
    cells = nb_man.nb.cells
    for index, cell in enumerate(cells):
        started, number = time.monotonic(), _number(cells, index)
        nb_man.cell_start(cell, index)
        try:
            client.execute_cell(cell, index)
        except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
            nb_man.cell_exception(cell, cell_index=index)
            note("cell failed", step=job.step.name, cell=number, kind=_kind(cell, error), seconds=_since(started))
            raise _in_words(error, cell, where=_where(job.step, cells, index), limits=job.limits) from None
        nb_man.cell_complete(cell, cell_index=index)
        if cell.cell_type == "code" and not _injected(cell):
            note("cell done", step=job.step.name, cell=number, seconds=_since(started))
        if job.watch is not None:
            job.watch(job.step.name, index + 1, len(cells))


def _in_words(error: Exception, cell: NotebookNode, *, where: str, limits: Limits) -> CxlabError:
    if isinstance(error, CellTimeoutError):
        return TimedOutError(
            f"{where} was not done in time; "
            f"the limits are {limits.cell:g} s a cell, {limits.notebook:g} s a notebook and {limits.run:g} s a run"
        )
    if not isinstance(error, CellExecutionError):
        return RunError(f"{where} ended the kernel: killed from outside, out of memory, or a crash in a library")
    said = next((output.data[ERROR_DATA] for output in _displays(cell) if ERROR_DATA in output.data), None)
    if said is not None:
        kind: type[CxlabError] = getattr(errors, said["kind"], RunError)
        return kind(f"{where}: {said['message']}", said["problems"], see=said.get("see"))
    return RunError(f"{where} failed: {error.ename}: {error.evalue}")


def _kind(cell: NotebookNode, error: Exception) -> str:
    return error.ename if isinstance(error, CellExecutionError) else type(error).__name__


def _displays(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in cell.get("outputs", []) if output.output_type == "display_data"]


def _where(step: Step, cells: list[NotebookNode], index: int) -> str:
    first = next((line for line in cells[index].source.splitlines() if line.strip()), "")
    return f"{step.path.name}, code cell {_number(cells, index)} (`{first[:70]}`)"


def _number(cells: list[NotebookNode], index: int) -> int:
    """Number of a code cell as a reader of the notebook counts them, from 1."""
    return sum(cell.cell_type == "code" and not _injected(cell) for cell in cells[: index + 1])


def _injected(cell: NotebookNode) -> bool:
    return "injected-parameters" in cell.metadata.get("tags", [])


def _hang_up(client: NotebookClient) -> None:
    channels: Any = client.kc
    if channels is not None:
        channels.stop_channels()


def _close_loop() -> None:
    """Close this thread's event loop, which nobody else would, and end what still waits in it."""
    loop = ensure_event_loop()
    waiting = asyncio.all_tasks(loop)
    for task in waiting:
        task.cancel()
    if waiting:
        loop.run_until_complete(asyncio.wait(waiting, timeout=1))
    loop.close()


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)
