"""``cxlab verify``, ``cxlab explain``, ``cxlab selftest``: why a number may be believed."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cxlab.cli.quarter import watched
from cxlab.cli.words import JsonOption, StudyOption, in_words, say
from cxlab.errors import RunError

if TYPE_CHECKING:
    from cxlab.run.compared import Comparison
    from cxlab.run.explain import Explanation
    from cxlab.run.selftest import Check
    from cxlab.run.verify import Verified

WIDTH = 112


@in_words
def verify(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="A published quarter, such as 2026Q3.")],
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute a published quarter again and compare it number by number; nothing published is touched.

    Example: cxlab verify 2026Q3
    """
    from cxlab.run.verify import verify as verified

    say(f"{quarter}: computing again")
    with watched(quarter) as watch:
        found = verified(quarter, config=study, watch=watch)
    typer.echo("\n".join(_verified(found)))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found), sort_keys=True))
    if not found.comparison.equal:
        many = len(found.comparison.differences)
        raise RunError(f"{found.quarter} does not come out the same: {many:,} differences from run {found.run_id}")


@in_words
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME[@QUARTER]", help="As on the pages; otherwise of the newest published quarter."
        ),
    ],
    lang: Annotated[str | None, typer.Option(help="A language of the study; otherwise its first.")] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how a number came about: method, evidence, parameters, checks, code. Nothing is computed.

    Example: cxlab explain churn.retention@2026Q3 --lang vi
    """
    from cxlab.run.explain import explain as explained

    found = explained(name, config=study, language=lang)
    typer.echo("\n".join(_explained(found)))
    if as_json:
        typer.echo(json.dumps(found.facts, default=str, sort_keys=True, ensure_ascii=False))


@in_words
def selftest(as_json: JsonOption = False) -> None:
    """Ask this version what is known: published values, and what is planted in a company made up for it.

    Example: cxlab selftest --json
    """
    from cxlab.run.selftest import selftest as tested

    typer.echo(_row("check", "expected", "got", "tolerance", ""))
    found = tested(watch=lambda check: typer.echo(_checked(check)))
    say(f"{found.passed} of {len(found.checks)} checks passed in {found.seconds:.0f} s")
    say(
        f"remembered in {found.kept}"
        if found.kept
        else "the outcome could not be remembered: no folder to write to"
    )
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found) | {"passed": found.passed}, sort_keys=True))
    if found.passed < len(found.checks):
        failed = [f"{check.question}: {check.what}" for check in found.checks if not check.passed]
        raise RunError("this version, on this machine, does not give the answers that are known", failed)


def _verified(found: Verified) -> Iterator[str]:
    yield f"{found.quarter}: run {found.run_id}, known on {found.as_of}, the team's work to {found.team_as_of}"
    yield from _counted(found.comparison)
    for difference in found.comparison.differences:
        yield f"  {difference.finding}: {difference.place}: {difference.then!r} then, {difference.now!r} now"
    if found.changes:
        yield "What has changed since it was published:"
    for change in found.changes:
        yield f"  {change.kind}: {change.what}: {change.then} then, {change.now} now"


def _counted(comparison: Comparison) -> Iterator[str]:
    yield (
        f"{comparison.numbers:,} numbers in {comparison.findings} findings compared: "
        f"{comparison.numbers_equal:,} equal (whole numbers exactly, others within 1e-9)"
    )
    yield f"{comparison.words:,} words, verdicts and results of checks compared: {comparison.words_equal:,} equal"


def _explained(found: Explanation) -> Iterator[str]:
    yield f"{found.name} · {found.quarter}"
    yield from textwrap.wrap(found.sentence, WIDTH)
    width = max(map(len, found.parts)) + 2
    for title, lines in found.parts.items():
        yield ""
        for place, line in enumerate(lines):
            head = (title if place == 0 else "").ljust(width)
            yield from textwrap.wrap(
                line, WIDTH, initial_indent=head, subsequent_indent=" " * width, break_long_words=False,
                break_on_hyphens=False,
            )  # fmt: skip


def _checked(check: Check) -> str:
    what = f"{check.question}: {check.what}"
    tolerance = f"{check.tolerance:.2g}" if check.tolerance else "at least" if check.got > check.expected else "0"
    return _row(
        what, f"{check.expected:.10g}", f"{check.got:.10g}", tolerance, "passed" if check.passed else "FAILED"
    )


def _row(what: str, expected: str, got: str, tolerance: str, passed: str) -> str:
    return f"{what:<52.52} {expected:>15} {got:>15} {tolerance:>10} {passed}".rstrip()
