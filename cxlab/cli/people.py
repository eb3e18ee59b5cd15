"""``cxlab erase`` and ``cxlab rotate-key``: people taken out, their pseudonyms changed."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cxlab.cli.words import JsonOption, StudyOption, in_words
from cxlab.errors import UsageError

if TYPE_CHECKING:
    from cxlab.tables.erase import Erased


@in_words
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


@in_words
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
