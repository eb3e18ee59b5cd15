"""``cxlab new``: a question of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cxlab.cli.words import JsonOption, in_words, say


@in_words
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One word, such as loyalty.")],
    to: Annotated[
        Path | None, typer.Option(help="The checkout to add it to; otherwise the one cxlab runs from.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add a question: notebook, package, evidence, tests and words that work, to be made your own.

    Example: cxlab new loyalty
    """
    from cxlab.run.new import new_question

    written = new_question(name, to=to)
    for path in written:
        say(f"wrote {path}")
    say(f"next: cxlab run 2026Q3 --only {name}, then change notebooks/{name}.ipynb into your own question")
    if as_json:
        typer.echo(json.dumps({"question": name, "written": [str(path) for path in written]}))
