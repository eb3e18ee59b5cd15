"""What a run is going to do, settled before anything heavy is loaded, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from cxlab.errors import UsageError
from cxlab.run.parameters import Value, choose
from cxlab.run.steps import Step, discover, notebooks_of
from cxlab.run.typed import reason_of

MOST_JOBS = 4
"""So many notebooks at once if nobody says how many: each takes half a gigabyte before it does anything."""

State = Literal["published", "draft", "planned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run that can start.

    Parameters
    ----------
    config : Path
        The study file.
    study : str
        The study's name.
    reports : Path
        Where its reports lie.
    languages : tuple of str
        Languages of the pages; the first one is the language of ``index.html``.
    publishes : bool
        Whether the run's result becomes the published quarter: the study says so, and every step takes part.
    steps : tuple of Step
        In the order they run.
    values : mapping of str to mapping
        Parameters that differ from their default, by step.
    as_of : date or None
        What was known on this day; None is the study's own rule.
    jobs : int
        How many notebooks run at once.
    whole : bool
        Whether all steps take part.
    team_as_of : date or None
        The team's work until this day; None is today.
    because : str or None
        What was wrong with the published report, should this run's numbers be other ones.
    fresh, resume : bool
        Take nothing from earlier runs; take what is done from the newest one that failed.
    """

    config: Path
    study: str
    reports: Path
    languages: tuple[str, ...]
    publishes: bool
    steps: tuple[Step, ...]
    values: Mapping[str, Mapping[str, Value]]
    as_of: date | None
    jobs: int
    whole: bool = True
    team_as_of: date | None = None
    because: str | None = None
    fresh: bool = False
    resume: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What came of a run.

    Parameters
    ----------
    quarter, run_id, state : str
        ``planned`` where the run was only a rehearsal.
    index : Path
        The page to open; for a rehearsal, where it would be.
    steps : mapping of str to float
        Seconds by step.
    off : mapping of str to str
        Steps that could not run, and why.
    seconds : float
        From start to end.
    why : mapping of str to str
        Why each step ran, or which run it was taken from.
    unchanged : bool
        Whether the run was there already, because nothing has changed since.
    supersedes, because : str or None
        The run that stood for the quarter before, and why this one does now.
    changed : int
        Findings whose numbers are other ones than those of that run.
    """

    quarter: str
    run_id: str
    state: State
    index: Path
    steps: Mapping[str, float]
    off: Mapping[str, str]
    seconds: float
    why: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False
    supersedes: str | None = None
    because: str | None = None
    changed: int = 0


def plan_run(
    config: Path | str | None = None,
    *,
    only: Sequence[str] = (),
    sets: Sequence[str] = (),
    languages: Sequence[str] = (),
    as_of: str | date | None = None,
    jobs: int | None = None,
    because: str | None = None,
    fresh: bool = False,
    resume: bool = False,
    interim: bool = False,
) -> Plan:
    """Read the notebooks and check every parameter.

    Parameters
    ----------
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    only : sequence of str
        Steps to run; empty means all.
    sets : sequence of str
        ``"churn.horizon_months=24"`` each.
    languages : sequence of str
        Some of the study's; empty means all.
    as_of : date or ISO text, optional
        Use only what was known on this day.
    jobs : int, optional
        How many notebooks run at once; None is one for each processor, at most `MOST_JOBS`.
    because : str, optional
        Why a published quarter is corrected, if it is.
    fresh : bool
        Run every step, whatever an earlier run has.
    resume : bool
        Go on where the newest run that failed or was killed ended.
    interim : bool
        The months asked for are not a whole quarter: nothing will be published.

    Raises
    ------
    UsageError
        With every problem found.
    """
    from cxlab.tables.config import find_config, read_config

    at_once, reason = _jobs(jobs), reason_of(because)
    if fresh and resume:
        raise UsageError("--fresh runs every step and --resume takes what is done: choose one")
    study_file = find_config(config).resolve()
    study = read_config(study_file)
    steps = discover(notebooks_of(study.notebooks, folder=study_file.parent))
    values = choose({step.name: step.parameters for step in steps}, sets=sets, only=only)
    chosen = tuple(step for step in steps if not only or step.name in only)
    return Plan(
        config=study_file,
        study=study.name,
        reports=(study_file.parent / study.reports).resolve(),
        languages=_languages(languages, known=study.languages),
        publishes=study.auto_publish and len(chosen) == len(steps) and not interim,
        steps=chosen,
        values=values,
        as_of=_day(as_of, steps=chosen),
        jobs=at_once,
        whole=len(chosen) == len(steps),
        because=reason,
        fresh=fresh,
        resume=resume,
    )


def _jobs(asked: int | None) -> int:
    if asked is not None and asked < 1:
        raise UsageError(f"--jobs is 1 or more; got {asked}")
    return asked or min(MOST_JOBS, os.cpu_count() or 1)


def _languages(asked: Sequence[str], *, known: Sequence[str]) -> tuple[str, ...]:
    unknown = [language for language in asked if language not in known]
    if unknown:
        raise UsageError(f"--lang takes languages of the study ({', '.join(known)}); got {', '.join(unknown)}")
    return tuple(dict.fromkeys(asked)) or tuple(known)


def _day(text: str | date | None, *, steps: Sequence[Step]) -> date | None:
    if text is None:
        return None
    cannot = [step.path.name for step in steps if "as_of" not in {parameter.name for parameter in step.parameters}]
    if cannot:
        raise UsageError(f"--as-of needs `as_of: str | None` in the parameters cell of {', '.join(cannot)}")
    try:
        return text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of is a day like 2026-10-15; got {text!r}") from None
