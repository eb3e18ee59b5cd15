"""The leader's page put together from what the other questions found in this run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxlab.finding import Finding, Message, Withheld, definition
from cxlab.overview import tiles
from cxlab.overview.answer import answer, real_part
from cxlab.overview.board import MOST_TILES, Board, Bridge, Tile
from cxlab.overview.forecasts import Graded, graded
from cxlab.overview.lines import lines
from cxlab.overview.reading import Found, moved, number_of
from cxlab.overview.restated import restated
from cxlab.overview.scope import scope
from cxlab.overview.targets import Target, target_for
from cxlab.overview.team import commentary, decisions, promises
from cxlab.overview.unknown import unknowns
from cxlab.overview.voices import quotes, theme_moved, theme_score
from cxlab.overview.where import score_bridge, where_moved
from cxlab.wording import family

if TYPE_CHECKING:
    from cxlab.tables.study import Study

MOST_GRADED = 2
"""Forecasts whose outcome is told in full; the tile counts all of them."""

ENOUGH_TILES = 5
"""From so many numbers on, the forecast of next quarter's leavers is left to its own page."""


def questions() -> tuple[str, ...]:
    """Return what a leader would expect to read about, as the catalogue has words for it: ``question.churn``.

    Those without a finding are named among the unknowns.
    """
    return family("question")


def page(found: Found, *, last: Found, study: Study) -> Board:
    """Compose the page.

    Parameters
    ----------
    found : mapping of str to Finding
        Everything this run recorded, by name.
    last : mapping of str to Finding
        What was published last quarter, by name; empty where nothing was.
    study : Study
        For the close, the team's decisions and commentary, events, targets, and how the tables join.
    """
    quarter = study.quarter
    answered = {finding.question for finding in found.values()}
    off = tuple(question for question in questions() if question not in answered)
    held = graded(last, found, quarter=quarter)
    where = where_moved(found, events=study.events, quarter=quarter)
    return Board(
        scope=scope(found, quarter=quarter),
        answer=answer(found, where=where),
        commentary=commentary(study.commentary, quarter=quarter),
        tiles=_tiles(found, held, study),
        decisions=decisions(study.decisions, quarter=quarter),
        said=(
            *(one.message for one in held[:MOST_GRADED]),
            *restated(last, found, quarter=quarter),
            *promises(study.decisions, before=quarter - 1, today=pd.Timestamp(study.team_as_of)),
        ),
        unknowns=unknowns(found, off=off, joined=study.load.joined),
        bridge=_bridge(found),
        why=_why(found),
        lines=lines(found),
        quotes=quotes(found, minimum_n=study.config.minimum_n),
    )


def findings(board: Board, *, study: Study) -> list[Finding]:
    """Return the page as one finding: its answer, and every number it prints as a row.

    Returns
    -------
    list of Finding
        ``overview.answer``, with the table ``proof`` (the finding a number comes from), ``unit``.
    """
    numbers = [(tile.proof, tile.number) for tile in board.tiles if tile.number is not None]
    table = pd.DataFrame(
        {
            "proof": [proof for proof, _ in numbers],
            "unit": [number.unit for _, number in numbers],
            "estimate": [number.value for _, number in numbers],
            "low": [number.low for _, number in numbers],
            "high": [number.high for _, number in numbers],
            "n": [number.n for _, number in numbers],
        }
    )
    headline = numbers[0][1] if numbers else Withheld(board.answer[0])
    return [
        Finding(
            name="overview.answer",
            about=study.quarter,
            definition=definition("overview.answer", proofs=[tile.proof for tile in board.tiles]),
            headline=headline,
            message=board.answer[0],
            table=table,
            shape="number",
            method=Message("overview.method"),
        )
    ]


def _tiles(found: Found, held: tuple[Graded, ...], study: Study) -> tuple[Tile, ...]:
    made: list[Tile] = []
    if "nps.score" in found:
        target = _target(study, "nps.score")
        made.append(tiles.feeling(found["nps.score"], found.get("nps.change"), target=target))
    if "churn.left" in found:
        where = found.get("churn.left_where")
        made.append(tiles.left(found["churn.left"], found.get("churn.left_change"), where=where))
    if "churn.retention" in found:
        made.append(tiles.staying(found["churn.retention"], target=_target(study, "churn.retention")))
    if "churn.at_risk" in found:
        made.append(tiles.at_risk(found["churn.at_risk"]))
    if "revenue.price" in found:
        made.append(tiles.step_worth(found["revenue.price"], found.get("revenue.checks")))
    if "clv.base" in found:
        made.append(tiles.base_value(found["clv.base"], found.get("clv.base_change")))
    if held:
        made.append(_forecasts(held))
    if "churn.next_quarter" in found and len(made) < ENOUGH_TILES:
        made.append(tiles.leaving_next(found["churn.next_quarter"]))
    return tuple(made[:MOST_TILES]) or (tiles.nothing(),)


def _forecasts(held: tuple[Graded, ...]) -> Tile:
    missed = tuple(one.message for one in held if not one.held)
    return tiles.forecasts(len(held) - len(missed), len(held), proof=held[0].name, missed=missed)


def _target(study: Study, metric: str) -> Target | None:
    return target_for(study.targets, metric, about=study.quarter)


def _bridge(found: Found) -> Bridge | None:
    """Draw where it moved if something did, or if nothing is known but who left."""
    whole = any(moved(found.get(name)) for name in ("nps.change", "churn.left_change"))
    part = any(real_part(found.get(name)) for name in ("nps.where", "churn.left_where"))
    return score_bridge(found) if whole or part or "nps.score" not in found else None


def _why(found: Found) -> tuple[Message, ...]:
    """What goes with the change: the theme, the score of those who name it, and what the change costs."""
    cost = found.get("revenue.change_cost")
    priced = cost is not None and number_of(cost) is not None and moved(found.get("nps.change")) is not None
    said = (theme_moved(found), theme_score(found), cost.message if priced and cost is not None else None)
    return tuple(message for message in said if message is not None)
