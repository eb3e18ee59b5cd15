"""``cxlab deliver``."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer

from cxlab.cli.words import JsonOption, StudyOption, in_words, listed
from cxlab.errors import DataError, RunError, UsageError


@in_words
def deliver(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="A published quarter, such as 2026Q3.")],
    to: Annotated[str, typer.Option("--to", help="These targets alone, such as board,archive.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Send what was sent before, too.")] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go where, send nothing.")] = False,
) -> None:
    """Send a published quarter to the targets of the study: folders, mailboxes, programs.

    Example: cxlab deliver 2026Q3 --to board --dry-run
    """
    from cxlab.deliver.published import deliver_published
    from cxlab.quarter import Quarter

    try:
        wanted = Quarter.whole(quarter)
    except ValueError as error:
        raise UsageError(str(error)) from None
    done = deliver_published(wanted, config=study, to=listed(to), again=again, dry_run=dry_run)
    for outcome in done:
        typer.echo(str(outcome))
    if as_json:
        facts = {"quarter": quarter, "deliveries": [dataclasses.asdict(outcome) for outcome in done]}
        typer.echo(json.dumps(facts, sort_keys=True))
    if any(outcome.state == "draft" for outcome in done):
        raise DataError(f"{quarter} is a draft: nothing was sent")
    failed = [outcome.target for outcome in done if outcome.state == "failed"]
    if failed:
        raise RunError(f"not delivered to {', '.join(failed)}: the same command tries these again")
