"""The steps of a run: one notebook each. What a notebook's metadata says is its whole registration."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import cxlab
from cxlab.errors import UsageError
from cxlab.run.parameters import Parameter, read_parameters

LEADERS_PAGE = "overview"
"""The step that sums up the others: it runs last and is never off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One notebook of the run.

    Parameters
    ----------
    name : str
        The question: the file's name without its ending.
    path : Path
        The notebook.
    title : mapping of str to str
        By language.
    tables : tuple of str
        Contract tables it cannot do without.
    after : tuple of str
        Steps whose findings it may recall.
    parameters : tuple of Parameter
        From its parameters cell.
    """

    name: str
    path: Path
    title: Mapping[str, str]
    tables: tuple[str, ...]
    after: tuple[str, ...]
    parameters: tuple[Parameter, ...]


def notebooks_of(setting: Path | None, *, folder: Path) -> Path:
    """Return the folder of the notebooks: the study's ``notebooks`` setting, else those beside the package.

    Parameters
    ----------
    setting : Path or None
        As in the study file.
    folder : Path
        The study's folder; a relative setting is relative to it.

    Raises
    ------
    UsageError
        If there is no such folder.
    """
    found = folder / setting if setting is not None else Path(cxlab.__file__).parents[1] / "notebooks"
    if not found.is_dir():
        raise UsageError(f'no notebooks at {found}: set notebooks = "FOLDER" in study.toml')
    return found


def discover(folder: Path) -> tuple[Step, ...]:
    """Read every notebook of a folder and return the steps in the order they run.

    Raises
    ------
    UsageError
        With everything that is wrong in any of them.
    """
    steps, problems = [], []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            steps.append(_read_step(path))
        except UsageError as error:
            problems += list(error.problems) or [error.message]
    known = {step.name for step in steps}
    problems += [
        f"{step.path.name}: comes after {name!r}, but there is no {name}.ipynb"
        for step in steps
        for name in step.after
        if name not in known and not problems
    ]
    if not steps and not problems:
        problems = [f"no notebook in {folder}"]
    if problems:
        raise UsageError(f"the notebooks in {folder} cannot be run", problems)
    return _ordered(steps)


def _read_step(path: Path) -> Step:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        about, cells = notebook["metadata"]["cxlab"], notebook["cells"]
        title, tables, after = dict(about["title"]), about["tables"], about["after"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path.name}: needs notebook metadata cxlab with title, tables and after; problem: {error!r}"
        ) from error
    tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise UsageError(f"{path.name}: needs exactly one cell tagged parameters; has {len(tagged)}")
    parameters = read_parameters(cell_source(tagged[0]), notebook=path.name)
    quarter = next((parameter for parameter in parameters if parameter.name == "quarter"), None)
    if quarter is None or str not in quarter.kinds:
        raise UsageError(f"{path.name}: the parameters cell must declare `quarter: str`")
    return Step(
        name=path.stem, path=path, title=title, tables=tuple(tables), after=tuple(after), parameters=parameters
    )


def cell_source(cell: Mapping[str, Any]) -> str:
    """Return a cell's text; a notebook file keeps it as one text or as lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _ordered(steps: Sequence[Step]) -> tuple[Step, ...]:
    by_name = {step.name: step for step in steps}
    others = sorted(set(by_name) - {LEADERS_PAGE})
    graph = {name: sorted(by_name[name].after) for name in others}
    if LEADERS_PAGE in by_name:
        graph[LEADERS_PAGE] = others
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        raise UsageError(f"notebooks wait for each other in a circle: {' -> '.join(error.args[1])}") from error
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return tuple(by_name[name] for name in order)
