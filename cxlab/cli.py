"""The command ``cxlab``. It stays light: whatever is heavy is imported by the command that needs it.

Exit codes: 0 done, 1 a step failed, 2 bad usage or parameters, 69 data missing, refused or not ready, 75 locked by
another run, 124 timed out, 130 and 143 stopped.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from cxlab.errors import CxlabError, UsageError

if TYPE_CHECKING:
    from cxlab.run import RunResult
    from cxlab.run.engine import Watch
    from cxlab.tables.erase import Erased

P = ParamSpec("P")

app = typer.Typer(
    help="A workbench for customer-experience research: quarterly reports from notebooks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StudyOption = Annotated[
    Path | None,
    typer.Option(
        "--study", readable=False, help="The study file or its folder; otherwise CXLAB_STUDY or the nearest."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one line of JSON last.")]


def main() -> None:
    """Run the command line."""
    app()


def _in_words(command: Callable[P, None]) -> Callable[P, None]:
    """Print errors as words, without a traceback, and end with their exit code."""

    @functools.wraps(command)
    def careful(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except CxlabError as error:
            _complain(str(error), error)
            raise typer.Exit(error.exit_code) from None
        except PermissionError as error:
            _complain(f"not allowed to read or write {error.filename}", error)
            raise typer.Exit(69) from None
        except KeyboardInterrupt as error:
            _complain("stopped", error)
            raise typer.Exit(130) from None
        except Exception as error:
            if os.environ.get("CXLAB_DEBUG"):
                raise
            _complain(f"unexpected {type(error).__name__}: {error}; CXLAB_DEBUG=1 shows where it came from", error)
            raise typer.Exit(1) from None

    return careful


@app.command()
@_in_words
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
    plan = plan_run(study, only=_listed(only), sets=sets or (), languages=_listed(lang), as_of=as_of, jobs=jobs)
    for quarter in wanted:
        _say(f"{quarter}: checking" if dry_run else f"{quarter}: running")
        with _watched(str(quarter)) as watch:
            result = run_quarter(plan, quarter=quarter, dry_run=dry_run, watch=watch)
        _report(result)
        if as_json:
            typer.echo(json.dumps(dataclasses.asdict(result), default=str, sort_keys=True))


@app.command()
@_in_words
def check(
    quarter: Annotated[
        str | None,
        typer.Argument(metavar="[QUARTER]", help="Such as 2026Q3; otherwise the last finished one that has data."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Use only what was known on this day.")] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the sources against the contract: counts, quarantine, what each question can use.

    Example: cxlab check --study ~/studies/mobile
    """
    from cxlab.tables import check_study, describe

    found = check_study(quarter, as_of=as_of, config=study)
    typer.echo(describe(found))
    if as_json:
        facts = {"quarter": str(found.quarter), "as_of": found.as_of, **dataclasses.asdict(found.load)}
        typer.echo(json.dumps(facts, default=str, sort_keys=True))
    if found.refused is not None:
        raise found.refused


@app.command()
@_in_words
def erase(
    study: StudyOption = None,
    as_json: JsonOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Find everything, change nothing.")] = False,
) -> None:
    """Take people out of a study for good; their ids are read from standard input, one a line, and never shown.

    What a load leaves out from now on, what was removed and what still holds data of them is told.

    Example: cxlab erase --study ~/studies/mobile
    """
    from cxlab.run.erase import erase as erase_from

    done = erase_from(_identifiers(), config=study, dry_run=dry_run)
    typer.echo("\n".join(_erased(done, dry_run=dry_run)))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(done), sort_keys=True))


@app.command("rotate-key")
@_in_words
def rotate_key(
    study: StudyOption = None,
    lost: Annotated[bool, typer.Option("--lost", help="The old key is gone: begin anew, no crosswalk.")] = False,
    leave_behind: Annotated[
        bool, typer.Option("--leave-behind", help="Let erased people off the list whom no source holds any more.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Give the ids of a study a new key; a crosswalk in the private folder says what each pseudonym was and is.

    Example: cxlab rotate-key --study ~/studies/mobile
    """
    from cxlab.run.rotate import rotate

    done = rotate(config=study, lost=lost, leave_behind=leave_behind)
    typer.echo(f"the key {done.old} was changed to {done.new}; the next run loads everything anew")
    if done.crosswalk:
        typer.echo(f"crosswalk: {done.ids:,} pseudonyms in {done.crosswalk} of the private folder")
    if done.erased or done.left_behind:
        typer.echo(f"erased people: {done.erased:,} carried on, {done.left_behind:,} left behind")
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(done), sort_keys=True))


@app.command()
@_in_words
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder outside the checkout.")],
) -> None:
    """Start a study of your own: study.toml and the files around it.

    Example: cxlab init ~/studies/mobile
    """
    from cxlab.tables import init_study

    for path in init_study(folder):
        _say(f"wrote {path}")


@app.command()
@_in_words
def synth(
    customers: Annotated[int, typer.Option(min=2_000, help="How many customers, such as 50_000.")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same company.")] = 7,
    calm: Annotated[bool, typer.Option("--calm", help="A company in which nothing changes.")] = False,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="A company in which the planted effects are turned.")
    ] = False,
    to: Annotated[Path, typer.Option(help="The folder the company is written to.")] = Path("data/sample"),
) -> None:
    """Make up a company, truth included, to try everything on.

    Example: cxlab synth --customers 50_000 --seed 7 --to data/sample
    """
    from cxlab.synth import make_company

    started = time.monotonic()
    make_company(to, customers=customers, seed=seed, calm=calm, reverse=reverse, progress=_say)
    _say(f"wrote {to} ({time.monotonic() - started:.0f} s)")


def _identifiers() -> list[str]:
    """Read identifiers without showing them; a person at a terminal is asked for one."""
    if sys.stdin.isatty():
        import getpass

        given = [getpass.getpass("identifier (not shown): ")]
    else:
        given = sys.stdin.buffer.read().decode("utf-8-sig", "replace").splitlines()
    found = list(dict.fromkeys(line.strip() for line in given if line.strip()))
    if not found:
        raise UsageError("an identifier is needed on standard input, one a line")
    return found


def _erased(done: Erased, *, dry_run: bool) -> Iterator[str]:
    people = f"{done.people} {'person' if done.people == 1 else 'people'}"
    again = f", {done.known} of them erased before" if done.known else ""
    left = f"{sum(done.tables.values()):,} rows in {len(done.tables)} tables"
    if dry_run:
        yield f"would erase {people}{again}: {left}; nothing has changed"
    else:
        yield f"erased {people}{again}: loads leave out {left}; the next run makes all tables anew"
    parts = (
        ("would be removed" if dry_run else "removed", done.removed.items()),
        ("look yourself", ((path, None) for path in done.unread)),
        ("raw files that still hold them, rows", done.raw.items()),
        (
            "reports that still hold them",
            ((run, ", ".join(files)) for run, files in done.published.items()),
        ),
    )
    for title, found in parts:
        yield from (f"{title}: {place}{'' if count is None else f': {count}'}" for place, count in found)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _complain(text: str, error: BaseException) -> None:
    _say("\n".join([f"cxlab: {text}", *(f"  {note}" for note in getattr(error, "__notes__", ()))]))


def _report(result: RunResult) -> None:
    for step, why in result.off.items():
        _say(f"{result.quarter}: {step} is off: {why}")
    if result.state == "planned":
        _say(f"{result.quarter}: would run {', '.join(result.steps)}")
        return
    _say(f"{result.quarter}: {result.state} in {result.seconds:.1f} s")
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
        _say(f"{quarter}: {step} done, {total} cells")
