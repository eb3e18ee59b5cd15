"""A draft becomes the published quarter, or an earlier report comes back: said by whom, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cxlab.errors import RunError, UsageError
from cxlab.quarter import Quarter
from cxlab.report import verify_pages
from cxlab.run import manifest, publish
from cxlab.run.history import KeptRun, Swap, history, manifest_of, published_run, swaps
from cxlab.run.numbers import different
from cxlab.run.reasons import refuse_unexplained, since
from cxlab.run.standing import put_in_place, say_on_pages, settle
from cxlab.run.typed import LONGEST_REASON, one_line, reason_of, role_of
from cxlab.tables.config import StudyConfig, find_config, read_config
from cxlab.to_disk import replace_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of a command that lets a run stand.

    Parameters
    ----------
    quarter, run_id : str
        What stands now.
    state : str
        ``published`` or ``rolled back``.
    index : Path
        The page to open.
    folder : Path
        The run's folder.
    supersedes : str or None
        The run that stood before.
    changed : int
        Findings whose numbers are other ones than the published ones were.
    because : str or None
        Why.
    """

    quarter: str
    run_id: str
    state: str
    index: Path
    folder: Path
    supersedes: str | None
    changed: int
    because: str | None


def approve(
    quarter: Quarter,
    *,
    approved_by: str,
    because: str | None = None,
    run: str | None = None,
    config: Path | str | None = None,
) -> Published:
    """Publish a draft: its pages are those that were read, but for what they say of their standing.

    Parameters
    ----------
    quarter : Quarter
        Which quarter.
    approved_by : str
        The role that approves; it stands on every page.
    because : str, optional
        What was wrong with the published report; needed where its numbers are other ones.
    run : str, optional
        The draft; the newest whole one if not given.
    config : Path, optional
        The study file or its folder; None looks for the nearest.

    Raises
    ------
    UsageError
        If there is no such draft, a text is too long, or a reason is missing.
    LockedError
        If the quarter is being run.
    RunError
        If the pages break a rule; nothing has changed then.
    """
    role, reason = role_of(approved_by), reason_of(because)
    settings, reports = _opened(config)
    name, at = str(quarter), datetime.now(UTC)
    with publish.hold(reports, quarter=name, run_id="publish", since=at):
        settle(reports, quarter=name, zone=settings.zone)
        draft = _draft(reports, quarter=name, run=run)
        before = published_run(reports, quarter=name)
        folder = reports / ".runs" / draft.run
        changed = refuse_unexplained(folder, reports=reports, quarter=name, because=reason)
        swap = Swap(at=at.isoformat(), kind="published", run=draft.run, by=role, because=reason, instead_of=before)
        _approve(folder, stands=reports / name, swap=swap, settings=settings)
        put_in_place(folder, reports=reports, quarter=name, zone=settings.zone, swap=swap)
    return _came_of(swap, reports=reports, quarter=name, changed=len(changed))


def roll_back(
    quarter: Quarter, *, because: str, to: str | None = None, config: Path | str | None = None
) -> Published:
    """Let an earlier published report of a quarter stand again.

    Parameters
    ----------
    quarter : Quarter
        Which quarter.
    because : str
        What is wrong with the report that stands; it is said on every one of its pages.
    to : str, optional
        The run; the one that stood before if not given.
    config : Path, optional
        The study file or its folder; None looks for the nearest.

    Raises
    ------
    UsageError
        If there is nothing to roll back to, or a text is too long.
    LockedError
        If the quarter is being run.
    """
    reason = one_line(because, name="--because", longest=LONGEST_REASON)
    settings, reports = _opened(config)
    name, at = str(quarter), datetime.now(UTC)
    with publish.hold(reports, quarter=name, run_id="rollback", since=at):
        settle(reports, quarter=name, zone=settings.zone)
        target, before = _earlier(reports, quarter=name, to=to), published_run(reports, quarter=name)
        swap = Swap(
            at=at.isoformat(), kind="rolled back", run=target.run, by=target.approved_by, because=reason,
            instead_of=before,
        )  # fmt: skip
        changed = different(reports / ".runs" / target.run, reports / name)
        put_in_place(reports / ".runs" / target.run, reports=reports, quarter=name, zone=settings.zone, swap=swap)
    return _came_of(swap, reports=reports, quarter=name, changed=len(changed))


def _opened(config: Path | str | None) -> tuple[StudyConfig, Path]:
    file = find_config(config).resolve()
    settings = read_config(file)
    reports = (file.parent / settings.reports).resolve()
    publish.is_own(reports, study=settings.name)
    return settings, reports


def _draft(reports: Path, *, quarter: str, run: str | None) -> KeptRun:
    kept = history(reports, quarter=quarter)
    if run is None:
        standing = [each for each in kept if each.state == "published"]
        newer = max((each.number for each in standing), default=0)  # an older one has to be named
        drafts = [each for each in kept if each.whole and each.state in ("draft", "approved")]
        if drafts := [each for each in drafts if each.number > newer]:
            return max(drafts, key=lambda each: each.number)
        stands = [f"published: run {each.run}, {since(each)}" for each in standing]
        needed = f"needed: a whole draft: cxlab run {quarter}"
        raise UsageError(f"{quarter} has no draft to publish", [*stands, needed])
    found = _named(run, kept, quarter=quarter)
    if found.state == "published":
        raise UsageError(f"run {run} is published already, {since(found)}")
    if found.state in ("replaced", "withdrawn"):
        needed = f"needed: cxlab rollback {quarter} --to {run} --because TEXT, to let it stand again"
        raise UsageError(f"run {run} was published before and is {found.state}", [needed])
    if found.state not in ("draft", "approved") or not found.whole:
        what = "holds only some of the notebooks" if found.state == "draft" else f"is {found.state}"
        raise UsageError(f"run {run} {what}", [f"needed: a whole draft: cxlab run {quarter}"])
    return found


def _earlier(reports: Path, *, quarter: str, to: str | None) -> KeptRun:
    kept, past = history(reports, quarter=quarter), swaps(reports, quarter=quarter)
    standing = published_run(reports, quarter=quarter)
    came = next((each for each in past if each.run == standing), None)
    wanted = to or (came.instead_of if came else None)
    if wanted is None:
        was = (
            f"published: run {standing}, the first of {quarter}" if standing else f"{quarter} was never published"
        )
        raise UsageError(f"{quarter} has no earlier report to roll back to", [was])
    found = _named(wanted, kept, quarter=quarter)
    if found.state == "published":
        raise UsageError(f"run {wanted} stands already, {since(found)}")
    if found.state not in ("replaced", "withdrawn"):
        needed = "needed: a run that was published before (cxlab history says which)"
        raise UsageError(f"run {wanted} is {found.state}, so it cannot come back", [needed])
    return found


def _named(run: str, kept: Sequence[KeptRun], *, quarter: str) -> KeptRun:
    found = next((each for each in kept if each.run == run), None)
    if found is None:
        known = ", ".join(each.run for each in kept) or "none"
        raise UsageError(f"{quarter} has no run {run!r}", [f"kept: {known}"])
    return found


def _approve(run: Path, *, stands: Path, swap: Swap, settings: StudyConfig) -> None:
    """Write the approval into the manifest and onto the pages; take both back if a page breaks a rule by it."""
    record = manifest_of(run)
    if record is None:
        raise RunError(f"{run} has no manifest.json any more: run the quarter again")
    before = (run / "manifest.json").read_bytes()
    day = datetime.fromisoformat(swap.at).astimezone(settings.zone).date()
    facts = {**record["run"], "state": "published", "approved_by": swap.by, "approved_on": day.isoformat()}
    approved = {**record, "run": facts, "because": swap.because, "supersedes": swap.instead_of}
    replace_file(run / "manifest.json", manifest.as_bytes(approved))
    violations = _stamped(run, facts, stands=stands) or verify_pages(run)
    if violations:
        replace_file(run / "manifest.json", before)
        _stamped(run, record["run"], stands=stands)
        raise RunError("the pages break a rule of the house and were not published", violations)
    publish.to_disk(run)


def _stamped(run: Path, facts: Mapping[str, Any], *, stands: Path) -> list[str]:
    """Let the pages say what the manifest says; return what is wrong if they have no place for it."""
    told = {name: facts.get(name) for name in ("state", "approved_by", "approved_on")}
    pages = say_on_pages(run, {**told, "replaced": None}, stands=stands)
    return ["no page has a place for its standing: run the quarter again"] if pages == 0 else []


def _came_of(swap: Swap, *, reports: Path, quarter: str, changed: int) -> Published:
    return Published(
        quarter=quarter,
        run_id=swap.run,
        state=swap.kind,
        index=reports / quarter / "index.html",
        folder=reports / ".runs" / swap.run,
        supersedes=swap.instead_of,
        changed=changed,
        because=swap.because,
    )
