"""verify(): a published quarter computed again, as its manifest says, and compared number by number.

The run that is compared is made in a folder of its own and thrown away; nothing in the reports is touched.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from cxlab import ledger
from cxlab.errors import UsageError
from cxlab.quarter import Quarter
from cxlab.run.changed import Change, changes
from cxlab.run.compared import Comparison, compared
from cxlab.run.kept import Kept, kept
from cxlab.run.parameters import GIVEN, Value
from cxlab.run.plan import Plan, plan_run
from cxlab.run.steps import Step
from cxlab.tables.config import StudyConfig, find_config, read_config

if TYPE_CHECKING:
    from cxlab.run.engine import Watch

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of computing a published quarter again.

    Parameters
    ----------
    quarter, run_id : str
        What was computed again, and the published run it was compared with.
    as_of, team_as_of : str
        Days up to which data and the team's work were used, then and now.
    comparison : Comparison
        Number by number.
    changes : tuple of Change
        What is not as it was: data, settings, code, notebooks, packages, earlier quarters. It may explain a
        difference; where everything is equal it did not matter.
    """

    quarter: str
    run_id: str
    as_of: str
    team_as_of: str
    comparison: Comparison
    changes: tuple[Change, ...]


def verify(quarter: str, *, config: Path | str | None = None, watch: Watch | None = None) -> Verified:
    """Compute a published quarter again and compare it with what was published.

    Parameters
    ----------
    quarter : str
        Such as ``"2026Q3"``.
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    watch : callable, optional
        Told of every cell done.

    Raises
    ------
    UsageError
        If the quarter is malformed, or its notebooks are gone or do not take a parameter they were given.
    DataError
        If the quarter is not published, or the sources can no longer be read.
    RunError
        If a step fails now.
    """
    file = find_config(config).resolve()
    settings = read_config(file)
    wanted = _quarter(quarter, first_month=settings.first_month)
    was = kept(file.parent / settings.reports, quarter=str(wanted))
    with tempfile.TemporaryDirectory(prefix="cxlab-verify-") as folder:
        plan = as_it_was(was, file=file, config=settings, reports=Path(folder) / "reports")
        again = _again(plan, wanted, watch=watch)
        now = ledger.read(again / "findings.json").findings
        manifest = json.loads((again / "manifest.json").read_text(encoding="utf-8"))
    return Verified(
        quarter=str(wanted),
        run_id=was.run_id,
        as_of=str(was.manifest["as_of"]),
        team_as_of=str(plan.team_as_of),
        comparison=compared(was.ledger.findings, now),
        changes=changes(was, now=manifest),
    )


def as_it_was(was: Kept, *, file: Path, config: StudyConfig, reports: Path) -> Plan:
    """Settle the run a manifest describes: its steps, their parameters, its days and languages; nothing reused.

    Parameters
    ----------
    was : Kept
        The run to repeat.
    file, config : Path, StudyConfig
        The study file, and what it says now.
    reports : Path
        Where the repetition is written.

    Raises
    ------
    UsageError
        If a notebook is gone, or a parameter that was set is.
    """
    quarter = Quarter.parse(was.quarter, first_month=config.first_month)
    known, usual = str(was.manifest["as_of"])[:10], quarter.end + timedelta(days=config.grace_days)
    steps = was.manifest["steps"]
    plan = plan_run(file, only=tuple(steps), as_of=None if known == usual.isoformat() else known)
    languages = tuple(language for language in was.languages if language in config.languages)
    return dataclasses.replace(
        plan,
        values={step.name: told(step, steps[step.name]) for step in plan.steps},
        team_as_of=team_as_of(was.manifest, config=config),
        languages=languages or plan.languages,
        reports=reports,
        publishes=False,
        fresh=True,
    )


def team_as_of(manifest: Mapping[str, Json], *, config: StudyConfig) -> date:
    """Return the team's date of a run; where its manifest does not say, the day it was made on."""
    if manifest.get("team_as_of"):
        return date.fromisoformat(str(manifest["team_as_of"])[:10])
    return datetime.fromisoformat(manifest["run"]["made_at"]).astimezone(config.zone).date()


def told(step: Step, facts: Mapping[str, Json]) -> dict[str, Value]:
    """Return what a step was told when it ran, where that is not what its notebook says by itself now.

    Parameters
    ----------
    step : Step
        As its notebook is now.
    facts : mapping
        Of the step in the manifest: ``parameters`` with the values they had, ``changed``.

    Raises
    ------
    UsageError
        If a parameter that was set is gone, or takes no such value any more.
    """
    declared = {parameter.name: parameter for parameter in step.parameters if parameter.name not in GIVEN}
    said = {name: value for name, value in facts["parameters"].items() if name not in GIVEN}
    values = {name: value for name, value in said.items() if name in declared and value != declared[name].default}
    problems = [
        f"{step.name}.{name} was {value!r}; it takes {declared[name].annotation} now"
        for name, value in values.items()
        if not declared[name].accepts(value)
    ]
    problems += [
        f"{step.name}.{name} was {said[name]!r}; {step.path.name} has no such parameter now"
        for name in facts["changed"]
        if name not in declared
    ]
    if problems:
        raise UsageError("the notebooks do not take any more what they were told", problems)
    return values


def _quarter(text: str, *, first_month: int) -> Quarter:
    try:
        return Quarter.whole(text, first_month=first_month)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _again(plan: Plan, quarter: Quarter, *, watch: Watch | None) -> Path:
    from cxlab.run import run_quarter

    return run_quarter(plan, quarter=quarter, watch=watch).index.parent
