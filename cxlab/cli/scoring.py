"""``cxlab scores``: what the churn page says, for every active customer, for other systems to go on with."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer

from cxlab.cli.words import JsonOption, StudyOption, in_words, say
from cxlab.errors import UsageError
from cxlab.quarter import Quarter


@in_words
def scores(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="Such as 2026Q3.")],
    source_ids: Annotated[
        bool,
        typer.Option("--source-ids", help="Add the ids as the sources write them; the file is personal data."),
    ] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write chance of leaving, months to come and money at risk of every active customer to exports/.

    Example: cxlab scores 2026Q3 --study ~/studies/mobile
    """
    try:
        Quarter.whole(quarter)
    except ValueError as error:
        raise UsageError(str(error)) from None
    from cxlab.run.scores import write_scores

    done = write_scores(quarter, config=study, source_ids=source_ids)
    at_risk = f"{done.at_risk_amount:,.0f} at risk in the next {done.horizon_days} days"
    say(f"{done.quarter}: {done.customers:,} active customers; {at_risk}")
    if done.without_source_id:
        say(f"{done.without_source_id:,} of them have no id in the sources that leads back to them")
    typer.echo(done.file)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(done), sort_keys=True))
