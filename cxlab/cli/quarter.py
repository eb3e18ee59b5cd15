"""``cxlab run``."""

from __future__ import annotations

import dataclasses
import functools
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxlab.cli.words import JsonOption, StudyOption, in_words, listed, say
from cxlab.errors import UsageError

if TYPE_CHECKING:
    from cxlab.quarter import Quarter
    from cxlab.run import Plan, RunResult
    from cxlab.run.engine import Watch


@in_words
def run(
    quarters: Annotated[
        str | None, typer.Argument(metavar="[QUARTER]", help="2026Q3, or a span 2025Q1..2026Q3.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="The last finished quarter, if it is complete and not there yet.")
    ] = False,
    only: Annotated[str, typer.Option(help="Run these notebooks alone; the result stays a draft.")] = "",
    lang: Annotated[str, typer.Option(help="Languages of the pages, such as en,vi; otherwise the study's.")] = "",
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="A notebook's parameter; may be repeated.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Use only what was known on this day.")] = None,
    through: Annotated[
        str | None, typer.Option(help="A month inside the quarter, 2026-08: a draft of the three months to it.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Notebooks that run at once; otherwise one for each processor.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the last run failed.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run every notebook, changed or not.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Say of every notebook why it ran.")] = False,
    because: Annotated[
        str | None, typer.Option(help="Why a published quarter is corrected; stands on the old report.")
    ] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, run nothing.")] = False,
) -> None:
    """Run a quarter and write its report; what has not changed is not run again.

    Example: cxlab run 2026Q3 --set churn.horizon_months=24
    """
    from cxlab.cli.scheduling import due_quarter, refuse_options
    from cxlab.run import plan_run

    trial = {"only": only, "lang": lang, "set": sets, "as_of": as_of, "through": through, "because": because}
    refuse_options(quarters=quarters, due=due, **trial)
    if quarters is None:
        with due_quarter(study, dry_run=dry_run, as_json=as_json) as quarter:
            if quarter is not None:
                plan = plan_run(study, jobs=jobs, fresh=fresh, resume=not fresh)
                carry_out(plan, [quarter], dry_run=dry_run, why=why, as_json=as_json)
        return
    wanted = _span(quarters) if through is None else [_interim(quarters, through=through, study=study)]
    plan = plan_run(
        study, only=listed(only), sets=sets or (), languages=listed(lang), as_of=as_of, jobs=jobs,
        because=because, fresh=fresh, resume=resume, interim=through is not None,
    )  # fmt: skip
    carry_out(plan, wanted, dry_run=dry_run, why=why, as_json=as_json)


def _span(quarters: str) -> list[Quarter]:
    from cxlab.quarter import Quarter

    try:
        return Quarter.span(quarters)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _interim(quarter: str, *, through: str, study: Path | None) -> Quarter:
    """Return the three months to a month inside a quarter.

    Raises
    ------
    UsageError
        If the quarter or the month is written otherwise, or the month is not inside.
    """
    from cxlab.quarter import Quarter
    from cxlab.tables.config import find_config, read_config

    try:
        whole = Quarter.whole(quarter, first_month=read_config(find_config(study)).first_month)
    except ValueError as error:
        raise UsageError(str(error)) from None
    inside = [f"{day:%Y-%m}" for day in (whole.start, (whole.start + timedelta(days=31)).replace(day=1))]
    if through in inside:
        return Quarter.parse(through)
    if through == f"{whole.last_month:%Y-%m}":
        raise UsageError(f"{through} is the last month of {whole}: leave out --through")
    raise UsageError(f"--through takes a month inside {whole} ({' or '.join(inside)}); got {through!r}")


def carry_out(
    plan: Plan, quarters: Sequence[Quarter], *, dry_run: bool = False, why: bool = False, as_json: bool = False
) -> None:
    """Run quarters one after the other and tell what came of each; the first that fails ends it."""
    from cxlab.run import run_quarter

    for quarter in quarters:
        say(f"{quarter}: checking" if dry_run else f"{quarter}: running")
        with watched(str(quarter)) as watch:
            result = run_quarter(plan, quarter=quarter, dry_run=dry_run, watch=watch)
        _report(result, why=why)
        if result.state == "published" and not result.unchanged:
            from cxlab.cli.publishing import tell_people

            tell_people(
                plan.reports / ".runs" / result.run_id, config=plan.config, quarter=quarter,
                supersedes=result.supersedes, changed=result.changed, because=result.because,
            )  # fmt: skip
        if as_json:
            typer.echo(json.dumps(dataclasses.asdict(result), default=str, sort_keys=True))


def _report(result: RunResult, *, why: bool) -> None:
    for step, reason in result.off.items():
        say(f"{result.quarter}: {step} is off: {reason}")
    for step, reason in result.why.items() if why else ():
        say(f"{result.quarter}: {step}: {reason}")
    if result.state == "planned":
        say(f"{result.quarter}: would run {', '.join(result.steps)}")
        return
    done = f"nothing has changed since run {result.run_id}, " if result.unchanged else ""
    say(f"{result.quarter}: {done}{result.state} in {result.seconds:.1f} s")
    typer.echo(result.index)


@contextmanager
def watched(quarter: str) -> Iterator[Watch]:
    """Show progress: a bar on a terminal, a line per notebook in a log."""
    if not sys.stderr.isatty():
        yield functools.partial(_line, quarter)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, int] = {}

        def advance(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(f"{quarter} {step}", total=total)
            bar.update(tasks[step], completed=done)  # type: ignore[arg-type]

        yield advance


def _line(quarter: str, step: str, done: int, total: int) -> None:
    if done == total:
        say(f"{quarter}: {step} done, {total} cells")
