"""The first question of a run: has anything changed at all? Asked of files and hashes, before anything is opened.

Where the sources, the study file, the notebooks, the code, what is installed, the day and the published quarters
before this one are what they were, the report that is there is the answer, and nothing is made anew.
"""

from __future__ import annotations

import json
import os
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cxlab.quarter import Quarter
from cxlab.run.history import Json, manifest_of, published_run, says, standing_of, whole_runs
from cxlab.run.made_of import hash_of, of_code, of_earlier, of_notebook
from cxlab.run.owner import is_own
from cxlab.run.plan import Plan, RunResult
from cxlab.tables.config import StudyConfig, read_config

if TYPE_CHECKING:
    from collections.abc import Iterator


def inputs(plan: Plan, *, quarter: Quarter) -> dict[str, Json] | None:
    """Return everything a run is made of, as files and hashes tell it; None where a source is not there.

    Parameters
    ----------
    plan : Plan
        What is going to run.
    quarter : Quarter
        Which quarter.
    """
    from cxlab.tables.fingerprint import contents

    settings, folder = read_config(plan.config), plan.config.parent
    remembered = folder / settings.prepared / "fingerprints.json"
    try:
        sources = {str(path): contents(folder / path, remembered=remembered) for path in _files(settings)}
    except OSError:
        return None
    steps = {step.name: of_notebook(step, values=plan.values.get(step.name, {})) for step in plan.steps}
    return {
        "study file": hash_of(plan.config.read_bytes()),
        "sources": sources,
        "private": _states(folder / settings.private, *folder.glob("*.fingerprint")),
        "day": (plan.team_as_of or _told() or datetime.now(settings.zone).date()).isoformat(),
        "as of": plan.as_of and plan.as_of.isoformat(),
        "languages": list(plan.languages),
        "steps": {
            name: {"notebook": of["notebook"], "parameters": of["parameters"]} for name, of in steps.items()
        },
        "code": of_code(folder, notebooks=plan.steps[0].path.parent) if plan.steps else {},
        "earlier": of_earlier(plan.reports, quarter=str(quarter)),
    }


def unchanged(plan: Plan, *, quarter: Quarter) -> RunResult | None:
    """Return the run that is the answer already; None if something has to be done.

    Parameters
    ----------
    plan : Plan
        What is asked for.
    quarter : Quarter
        Which quarter.

    Raises
    ------
    UsageError
        If the reports are another study's.
    """
    started, name = time.monotonic(), str(quarter)
    is_own(plan.reports, study=plan.study)
    standing = published_run(plan.reports, quarter=name)
    asked = [plan.reports / ".runs" / standing] if standing else []
    newest, record = next(whole_runs(plan.reports, quarter=name), (None, None))
    if newest is not None and record is not None and record["run"]["state"] == "draft" and not plan.publishes:
        asked.append(newest)
    found = [run for run in asked if (run / "index.html").is_file()]
    now = inputs(plan, quarter=quarter) if found else None
    same = next((run for run in found if now is not None and (manifest_of(run) or {}).get("inputs") == now), None)
    if same is None or not _settled(plan, quarter=name):
        return None
    return _result(plan, quarter=name, run=same, stands=same.name == standing, seconds=time.monotonic() - started)


def _result(plan: Plan, *, quarter: str, run: Path, stands: bool, seconds: float) -> RunResult:
    record = manifest_of(run) or {}
    why = f"taken from run {run.name}: nothing has changed"
    return RunResult(
        quarter=quarter,
        run_id=run.name,
        state="published" if stands else "draft",
        index=(plan.reports / quarter if stands else run) / "index.html",
        steps=dict.fromkeys(record["steps"], 0.0),
        off=record.get("off", {}),
        seconds=round(seconds, 2),
        why=dict.fromkeys(record["steps"], why),
        unchanged=True,
    )


def _settled(plan: Plan, *, quarter: str) -> bool:
    """Say whether the pages of every run say how it stands: a power cut may have left that undone."""
    zone = read_config(plan.config).zone
    return all(says(run) == wanted for run, wanted in standing_of(plan.reports, quarter=quarter, zone=zone))


def _files(settings: StudyConfig) -> Iterator[Path]:
    for name, source in settings.sources.items():
        for file in source.files(name).values():
            yield Path(file.path).expanduser()


def _states(folder: Path, *others: Path) -> str:
    """Hash names, sizes and times of files whose contents are nobody's business."""
    files = sorted(path for path in (*folder.rglob("*"), *others) if path.is_file())
    states = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hash_of(json.dumps(states).encode())


def _told() -> date | None:
    told = os.environ.get("CXLAB_TEAM_AS_OF")
    return date.fromisoformat(told) if told else None
