"""What an earlier run of the quarter can give: a step that is made of the same is taken from it, not run again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxlab.run.history import Json, number_of, whole_runs
from cxlab.run.made_of import Parts
from cxlab.run.steps import Step

KEPT = "made_of"
"""Folder of a run: what each of its steps was made of, written when the step was done."""

_MOST = 3
"""So many changes of one kind are named."""

_WORDS = {
    "notebook": "the notebook",
    "code": "the code of cxlab",
    "own code": "the modules of the study",
    "python": "the version of Python",
    "read": "what was read of the sources",
    "settings": "the settings in study.toml",
    "labels": "the labels in study.toml",
    "known by": "the day the data were closed",
    "team": "what the team had written down by that day",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whether a step can be taken from an earlier run.

    Parameters
    ----------
    run : Path or None
        Folder of the run it is taken from; None if the step has to run.
    why : str
        In words: why it runs, or where it comes from.
    """

    run: Path | None
    why: str


def earlier_runs(reports: Path, *, quarter: str, resume: bool, own: Path | None = None) -> tuple[Path, ...]:
    """Return the folders of earlier runs to look in, the best one first.

    Parameters
    ----------
    resume : bool
        Look in the newest run that failed or was killed before all others.
    own : Path, optional
        The folder of this run, which is no earlier one.
    """
    whole = [path for path, _ in whole_runs(reports, quarter=quarter)]
    if not resume:
        return tuple(whole)
    ended = [path for path in (reports / ".runs").glob(f"{quarter}-*") if path.suffix in (".failed", ".part")]
    others = (path for path in ended if path != own)
    newest = sorted(others, key=lambda path: (number_of(path), path.name), reverse=True)
    return (*newest[:1], *whole)


def find(step: Step, parts: Parts, *, runs: Sequence[Path]) -> Found:
    """Find a run whose step was made of exactly this, or say what is different in the first that has the step."""
    why = "no earlier run of the quarter has it"
    kept = [(run, before) for run in runs if (before := made_of(run, step)) is not None]
    for run, before in kept:
        if before == parts:
            return Found(run=run, why=f"taken from run {run.name}: nothing it is made of has changed")
    if kept:
        run, before = kept[0]
        why = f"changed since run {run.name}: {', '.join(_changes(parts, before))}"
    return Found(run=None, why=why)


def made_of(run: Path, step: Step) -> Parts | None:
    """Return what a step of a run was made of; None where the run does not have all of the step."""
    try:
        parts: Parts = json.loads((run / KEPT / f"{step.name}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    whole = all((run / of).is_file() for of in _files(step))
    return parts if whole else None


def surely_changed(step: Step, parts: Parts, *, runs: Sequence[Path]) -> bool:
    """Say whether no run has a step with these parts, whatever its other parts are."""
    kept = (made_of(run, step) for run in runs)
    return not any(
        before is not None and all(before.get(kind) == of for kind, of in parts.items()) for before in kept
    )


def take(step: Step, *, run: Path, to: Path) -> None:
    """Copy a step's notebook and findings from an earlier run."""
    for of in _files(step):
        (to / of).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(run / of, to / of)


def _files(step: Step) -> tuple[Path, Path]:
    return Path("notebooks", step.path.name), Path("findings", f"{step.name}.json")


def _changes(now: Mapping[str, Json], before: Mapping[str, Json]) -> Iterator[str]:
    """Say what changed; of what follows from another change nothing is said."""
    kinds = [kind for kind in now if now[kind] != before.get(kind)]
    if "tables" in kinds:
        kinds = [kind for kind in kinds if kind not in ("read", "settings")]
    for kind in kinds:
        was = before.get(kind)
        if kind in _WORDS or not isinstance(was, dict):
            yield _WORDS.get(kind, kind)
        else:
            yield _named(kind, now[kind], was)


def _named(kind: str, now: Mapping[str, Json], before: Mapping[str, Json]) -> str:
    other = sorted(name for name in {*now, *before} if now.get(name) != before.get(name))
    if kind == "parameters":
        said = [f"{name} is {now.get(name)!r}, was {before.get(name)!r}" for name in other]
    elif kind == "packages":
        said = [f"{name} is {now.get(name, 'gone')}, was {before.get(name, 'not there')}" for name in other]
    else:
        said = other
    more = f" and {len(said) - _MOST} more" if len(said) > _MOST else ""
    words = {"tables": "rows of", "earlier": "the published numbers of", "steps": "the findings of"}
    return f"{words.get(kind, kind)} {', '.join(said[:_MOST])}{more}"
