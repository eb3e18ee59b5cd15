"""Which quarter is due: the last finished one of a study, unless it is there already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cxlab.errors import UsageError
from cxlab.quarter import Quarter
from cxlab.run.history import whole_runs
from cxlab.run.owner import is_own
from cxlab.run.steps import discover, notebooks_of
from cxlab.tables.config import StudyConfig, find_config, read_config


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a scheduled run has to do now.

    Parameters
    ----------
    file : Path
        The study file.
    config : StudyConfig
        What it says.
    quarter : Quarter or None
        The quarter to run; None when there is nothing to do.
    why : str
        Why not, in one line; empty when there is a quarter to run.
    """

    file: Path
    config: StudyConfig
    quarter: Quarter | None
    why: str = ""

    @property
    def reports(self) -> Path:
        """Where the study's reports lie."""
        return (self.file.parent / self.config.reports).resolve()


def whose_turn(config: Path | str | None = None, *, now: datetime) -> Turn:
    """Find the quarter that is due; nothing is read but the study file and what was published.

    Parameters
    ----------
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    now : datetime
        With its zone.

    Raises
    ------
    UsageError
        If the study file is wrong, or the reports are another study's.
    """
    file = find_config(config).resolve()
    settings = read_config(file)
    reports = (file.parent / settings.reports).resolve()
    is_own(reports, study=settings.name)
    quarter = last_finished(settings, now=now)
    why = _not_now(quarter, config=settings, file=file, reports=reports, now=now)
    return Turn(file=file, config=settings, quarter=None if why else quarter, why=why)


def last_finished(config: StudyConfig, *, now: datetime) -> Quarter:
    """Return the last quarter whose days, and the days of grace after it, are over in the study's time zone.

    Rows loaded on the last day of grace still count, so that day has to be over too.
    """
    today = now.astimezone(config.zone).date()
    known = today - timedelta(days=config.grace_days + 1)
    return Quarter.holding(known, first_month=config.first_month) - 1


def standing(reports: Path) -> str | None:
    """Return the newest published quarter, or None if there is none."""
    return max(_published(reports), default=None)


def _not_now(quarter: Quarter, *, config: StudyConfig, file: Path, reports: Path, now: datetime) -> str:
    today = now.astimezone(config.zone).date()
    closes = quarter.end + timedelta(days=config.grace_days)
    if quarter.end <= config.window_opens:
        return f"nothing to do: on {today} no quarter of the study is over; its window opens {config.window_opens}"
    if str(quarter) in _published(reports):
        after = quarter + 1
        opens = after.end + timedelta(days=config.grace_days + 1)
        return f"nothing to do: {quarter} is published; {after} is due from {opens}"
    newest = standing(reports)
    if newest is not None and newest > str(quarter):
        return (
            f"nothing to do: {newest} is published, and on {today} the last finished quarter is {quarter}; "
            "was the clock moved back? cxlab doctor"
        )
    draft = waiting_draft(reports, quarter=quarter, config=config, file=file)
    if draft is not None:
        return (
            f"nothing to do: {quarter}, as known on {closes}, waits for approval: {reports / '.runs' / draft}; "
            f"cxlab publish {quarter} --approved-by ROLE"
        )
    return ""


def waiting_draft(reports: Path, *, quarter: Quarter, config: StudyConfig, file: Path) -> str | None:
    """Return the newest whole draft of a quarter, made as a scheduled run makes it; None if there is none.

    A draft of some notebooks, of changed parameters or of another knowledge date is somebody's trial.
    """
    as_of = (quarter.end + timedelta(days=config.grace_days)).isoformat()
    try:
        notebooks = {step.name for step in discover(notebooks_of(config.notebooks, folder=file.parent))}
    except UsageError:  # the run itself says what is wrong with them, and somebody is told
        return None
    for folder, made in whole_runs(reports, quarter=str(quarter)):
        run, steps = made.get("run") or {}, made.get("steps") or {}
        whole = {*steps, *(run.get("off") or {})} == notebooks
        if run.get("state") != "draft" or made.get("as_of") != as_of or not whole:
            continue
        if not any(step.get("changed") for step in steps.values()):
            return folder.name
    return None


def refuse_unready(turn: Turn, *, quarter: Quarter, now: datetime) -> None:
    """Refuse a quarter whose sources are not complete.

    Raises
    ------
    NotReadyError
        With every reason.
    DataError
        If the sources cannot be read.
    """
    from cxlab.run import ready
    from cxlab.tables.arrivals import arrivals

    as_of = quarter.end + timedelta(days=turn.config.grace_days)
    arrived = arrivals(turn.config, folder=turn.file.parent, quarter=quarter, as_of=as_of, now=now)
    ready.refuse_unready(
        arrived, quarter=quarter, as_of=as_of, since=turn.config.window_opens, rules=turn.config.due
    )


def _published(reports: Path) -> Iterator[str]:
    """Yield every quarter whose link leads to a report."""
    for path in reports.glob("*Q[1-4]"):
        if re.fullmatch(r"\d{4}Q[1-4]", path.name) and path.is_symlink() and path.is_dir():
            yield path.name
