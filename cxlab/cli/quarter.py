"""``cxlab run``."""

from __future__ import annotations

import dataclasses
import functools
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cxlab.cli.words import JsonOption, StudyOption, in_words, listed, say
from cxlab.errors import UsageError

if TYPE_CHECKING:
    from cxlab.run import RunResult
    from cxlab.run.engine import Watch


@in_words
def run(
    quarters: Annotated[str, typer.Argument(metavar="QUARTER", help="2026Q3, or a span 2025Q1..2026Q3.")],
    only: Annotated[str, typer.Option(help="Run these notebooks alone; the result stays a draft.")] = "",
    lang: Annotated[str, typer.Option(help="Languages of the pages, such as en,vi; otherwise the study's.")] = "",
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="A notebook's parameter; may be repeated.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Use only what was known on this day.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Notebooks that run at once; otherwise one for each processor.")
    ] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, run nothing.")] = False,
) -> None:
    """Run a quarter and write its report.

    Example: cxlab run 2026Q3 --set churn.horizon_months=24
    """
    from cxlab.quarter import Quarter
    from cxlab.run import plan_run, run_quarter

    try:
        wanted = Quarter.span(quarters)
    except ValueError as error:
        raise UsageError(str(error)) from None
    plan = plan_run(study, only=listed(only), sets=sets or (), languages=listed(lang), as_of=as_of, jobs=jobs)
    for quarter in wanted:
        say(f"{quarter}: checking" if dry_run else f"{quarter}: running")
        with _watched(str(quarter)) as watch:
            result = run_quarter(plan, quarter=quarter, dry_run=dry_run, watch=watch)
        _report(result)
        if as_json:
            typer.echo(json.dumps(dataclasses.asdict(result), default=str, sort_keys=True))


def _report(result: RunResult) -> None:
    for step, why in result.off.items():
        say(f"{result.quarter}: {step} is off: {why}")
    if result.state == "planned":
        say(f"{result.quarter}: would run {', '.join(result.steps)}")
        return
    say(f"{result.quarter}: {result.state} in {result.seconds:.1f} s")
    typer.echo(result.index)


@contextmanager
def _watched(quarter: str) -> Iterator[Watch]:
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
