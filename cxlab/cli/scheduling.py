"""``cxlab schedule``, ``cxlab doctor``, and what ``cxlab run --due`` does around a run."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxlab.cli.words import JsonOption, StudyOption, in_words, say
from cxlab.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cxlab.quarter import Quarter
    from cxlab.run.notice import Hand, Notice


class Kind(StrEnum):
    """What runs it every day."""

    cron = "cron"
    systemd = "systemd"


@in_words
def schedule(
    kind: Annotated[Kind, typer.Argument(metavar="cron|systemd", help="What runs it every day.")],
    at: Annotated[
        str, typer.Option(help="Time of the day in the study's zone, on a quarter of an hour.")
    ] = "06:30",
    study: StudyOption = None,
) -> None:
    """Print a recipe that looks every day whether a quarter is due, and runs it; nothing is changed.

    Example: cxlab schedule systemd --at 06:30 --study ~/studies/mobile
    """
    from cxlab.run import schedule as recipes

    job = recipes.job_of(study, at=at)
    typer.echo(recipes.cron(job) if kind is Kind.cron else recipes.systemd(job), nl=False)


@in_words
def doctor(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """See whether everything is there that a run needs, and say what to do where it is not.

    Example: cxlab doctor --study ~/studies/mobile
    """
    from cxlab.run.doctor import examine

    signs = examine(study, now=datetime.now(UTC))
    for sign in signs:
        typer.echo(str(sign))
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(sign) for sign in signs], ensure_ascii=False))
    wrong = [sign for sign in signs if sign.state == "wrong"]
    if wrong:
        count = "1 thing stands" if len(wrong) == 1 else f"{len(wrong)} things stand"
        raise DataError(f"{count} in the way of a run: {', '.join(dict.fromkeys(sign.about for sign in wrong))}")


def refuse_options(*, quarters: str | None, due: bool, **others: object) -> None:
    """Refuse a run that names no quarter, or names one beside --due, or a trial beside it.

    Parameters
    ----------
    quarters : str or None
        As typed.
    due : bool
        Whether ``--due`` was given.
    **others : object
        Options a scheduled run does not take, by name; empty or None where not given.

    Raises
    ------
    UsageError
        In words.
    """
    if quarters is None and not due:
        raise UsageError("which quarter? give one such as 2026Q3, or --due for the last finished one")
    if quarters is not None and due:
        raise UsageError(f"--due finds the quarter by itself: leave out {quarters}, or --due")
    given = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
    if due and given:
        raise UsageError(f"--due runs the whole quarter as the study says; it does not take {', '.join(given)}")


@contextmanager
def due_quarter(study: Path | None, *, dry_run: bool, as_json: bool) -> Iterator[Quarter | None]:
    """Give the quarter that is due and ready, or None; a failure of the block is told as scheduled runs tell it.

    Raises
    ------
    NotReadyError
        If its sources are not complete.
    CxlabError
        Whatever the block raises, without data values.
    """
    from cxlab.run.due import refuse_unready, whose_turn

    now = datetime.now(UTC)
    turn = whose_turn(study, now=now)
    if turn.quarter is None:
        say(turn.why)
        if as_json:
            typer.echo(json.dumps({"state": "nothing to do", "why": turn.why}))
        yield None
    elif dry_run:
        refuse_unready(turn, quarter=turn.quarter, now=now)
        yield turn.quarter
    else:
        from cxlab.run.notice import noticed  # heavy: most days there is nothing to do

        hand = _hand(turn.file, quarter=turn.quarter)
        with noticed(turn, quarter=turn.quarter, now=now, say=say, hand=hand):
            refuse_unready(turn, quarter=turn.quarter, now=now)
            yield turn.quarter


def _hand(file: Path, *, quarter: Quarter) -> Hand:
    """Hand a notice to whoever the study names in [deliver]; say what became of it where there is news."""

    def hand(folder: Path, notice: Notice) -> Sequence[str]:
        from cxlab.deliver import deliver

        sent = deliver(folder, config=file, event="failure", quarter=quarter, notice=notice)
        return [f"notice to {one}" for one in sent if one.state != "before"]

    return hand
