"""``cxlab check``, ``cxlab init``, ``cxlab synth``: sources looked at, declared, made up."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Annotated

import typer

from cxlab.cli.words import JsonOption, StudyOption, in_words, say


@in_words
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


@in_words
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder outside the checkout.")],
) -> None:
    """Start a study of your own: study.toml and the files around it.

    Example: cxlab init ~/studies/mobile
    """
    from cxlab.tables import init_study

    for path in init_study(folder):
        say(f"wrote {path}")


@in_words
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
    make_company(to, customers=customers, seed=seed, calm=calm, reverse=reverse, progress=say)
    say(f"wrote {to} ({time.monotonic() - started:.0f} s)")
