"""``cxlab publish``, ``cxlab history``, ``cxlab rollback``: which report of a quarter stands."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxlab.cli.words import JsonOption, StudyOption, in_words, say
from cxlab.errors import UsageError
from cxlab.quarter import Quarter

if TYPE_CHECKING:
    from cxlab.run.approve import Published
    from cxlab.run.history import KeptRun
    from cxlab.tables.delivery import Event

QuarterArgument = Annotated[str, typer.Argument(metavar="QUARTER", help="Such as 2026Q3.")]


@in_words
def publish(
    quarter: QuarterArgument,
    approved_by: Annotated[str, typer.Option(help="The role that approves; it stands on every page.")],
    because: Annotated[
        str | None, typer.Option(help="What was wrong with the published report, if numbers change.")
    ] = None,
    run: Annotated[str | None, typer.Option(help="The draft; otherwise the newest whole one.")] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a draft the published quarter: the pages that were read, approved.

    Example: cxlab publish 2026Q3 --approved-by "Head of CX research"
    """
    from cxlab.run.typed import reason_of, role_of

    wanted, role, reason = _quarter(quarter), role_of(approved_by), reason_of(because)
    from cxlab.run.approve import approve

    done = approve(wanted, approved_by=role, because=reason, run=run, config=study)
    _report(done, quarter=wanted, study=study, as_json=as_json)


@in_words
def rollback(
    quarter: QuarterArgument,
    because: Annotated[str, typer.Option(help="What is wrong with the report that stands.")],
    to: Annotated[str | None, typer.Option(help="The run; otherwise the one published before it.")] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an earlier published report of a quarter stand again.

    Example: cxlab rollback 2026Q3 --because "top-ups of September were counted twice"
    """
    from cxlab.run.typed import LONGEST_REASON, one_line

    wanted, reason = _quarter(quarter), one_line(because, name="--because", longest=LONGEST_REASON)
    from cxlab.run.approve import roll_back

    done = roll_back(wanted, because=reason, to=to, config=study)
    _report(done, quarter=wanted, study=study, as_json=as_json)


@in_words
def history(
    quarter: QuarterArgument,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the runs of a quarter that were kept: when, what became of each, by whom, why.

    Example: cxlab history 2026Q3
    """
    from cxlab.run.history import history as runs_of
    from cxlab.tables.config import find_config, read_config

    wanted, file = _quarter(quarter), find_config(study).resolve()
    reports = (file.parent / read_config(file).reports).resolve()
    kept = runs_of(reports, quarter=str(wanted))
    for run in kept:
        typer.echo(_line(run))
    if not kept:
        say(f"{wanted} was never run")
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(run) for run in kept], sort_keys=True))


def tell_people(
    folder: Path, *, config: Path, quarter: Quarter, supersedes: str | None, changed: int, because: str | None
) -> None:
    """Let the targets of a study know what stands now; nobody hears of the same numbers twice.

    Parameters
    ----------
    folder : Path
        The run that stands.
    supersedes : str or None
        The run that stood before.
    changed : int
        Findings whose numbers are other ones since.
    because : str or None
        Why.
    """
    from cxlab.deliver import deliver
    from cxlab.report.stamp import RUN_AGAIN

    if supersedes is not None and not (changed or because):
        return
    event: Event = "success" if supersedes is None else "change"
    reason = None if because == RUN_AGAIN else because
    for outcome in deliver(folder, config=config, event=event, quarter=quarter, because=reason):
        say(str(outcome))


def _line(run: KeptRun) -> str:
    by = "" if run.approved_by is None else f", approved by {run.approved_by}"
    if run.approved_by == "auto_publish":
        by = ", published automatically"
    on = f" on {run.approved_on}" if run.approved_on else ""
    because = f"; because: {run.because}" if run.because else ""
    part = "" if run.whole or run.state in ("failed", "not finished") else ", only some of the notebooks"
    stands = "stands: " if run.state == "published" else ""
    return f"{stands}{run.run}, made {run.made_at[:16].replace('T', ' ')}, {run.state}{part}{by}{on}{because}"


def _report(published: Published, *, quarter: Quarter, study: Path | None, as_json: bool) -> None:
    from cxlab.tables.config import find_config

    name = published.quarter
    what = "stands again" if published.state == "rolled back" else "is published"
    instead = "" if published.supersedes is None else f", instead of run {published.supersedes}"
    many = "1 finding has" if published.changed == 1 else f"{published.changed} findings have"
    numbers = f"; {many} other numbers" if published.supersedes else ""
    say(f"{name}: run {published.run_id} {what}{instead}{numbers}")
    tell_people(
        published.folder, config=find_config(study).resolve(), quarter=quarter, supersedes=published.supersedes,
        changed=published.changed, because=published.because,
    )  # fmt: skip
    typer.echo(published.index)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(published), default=str, sort_keys=True))


def _quarter(text: str) -> Quarter:
    try:
        return Quarter.whole(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
