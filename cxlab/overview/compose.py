"""The leader's page put together from what the other questions found in this run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cxlab.finding import Estimate, Finding, Message, Withheld, definition
from cxlab.overview import tiles
from cxlab.overview.answer import answer, scope, unknowns
from cxlab.overview.board import Board, Tile
from cxlab.overview.team import commentary, decisions, graded, promises

if TYPE_CHECKING:
    from cxlab.tables.study import Study

QUESTIONS = ("nps", "revenue", "churn", "clv", "voc")
"""What a leader would expect to read about; those without a finding are named among the unknowns."""

Found = Mapping[str, Finding]


def page(found: Found, *, last: Found, study: Study) -> Board:
    """Compose the page.

    Parameters
    ----------
    found : mapping of str to Finding
        Everything this run recorded, by name.
    last : mapping of str to Finding
        What was published last quarter, by name; empty where nothing was.
    study : Study
        For the close, the team's decisions and commentary.
    """
    quarter = study.quarter
    off = tuple(question for question in QUESTIONS if not any(one.question == question for one in found.values()))
    left = found.get("churn.left")
    return Board(
        scope=() if left is None else scope(customers=_step(left, "close"), quarter=quarter),
        answer=_answer(found),
        commentary=commentary(study.commentary, quarter=quarter),
        tiles=_tiles(found, study),
        why=found.get("churn.left_parts"),
        decisions=decisions(study.decisions, quarter=quarter),
        said=(
            *forecast_graded(found, last=last),
            *promises(study.decisions, before=quarter - 1, today=pd.Timestamp(study.team_as_of)),
        ),
        unknowns=unknowns(found, off=off),
    )


def forecast_graded(found: Found, *, last: Found) -> tuple[Message, ...]:
    """Grade what was forecast last quarter for this one; nothing where no published report forecast it.

    Parameters
    ----------
    found : mapping of str to Finding
        What this run counted, by name.
    last : mapping of str to Finding
        What was published last quarter, by name.
    """
    forecast = last.get("churn.next_quarter")
    return () if forecast is None else graded(forecast, _lost(found.get("churn.left")))


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


def _answer(found: Found) -> tuple[Message, ...]:
    if "churn.left" not in found or "churn.left_change" not in found:
        return (Message("overview.answer.nothing"),)
    return answer(
        found["churn.left"],
        found["churn.left_change"],
        where=found.get("churn.left_where"),
        at_risk=found.get("churn.at_risk"),
    )


def _tiles(found: Found, study: Study) -> tuple[Tile, ...]:
    made: list[Tile] = []
    if "churn.left" in found and "churn.left_change" in found:
        where = found.get("churn.left_where")
        made.append(tiles.left(found["churn.left"], found["churn.left_change"], where=where))
    if "churn.retention" in found:
        made.append(tiles.staying(found["churn.retention"], target=_target(study, "churn.retention")))
    if "churn.at_risk" in found:
        made.append(tiles.at_risk(found["churn.at_risk"]))
    if "churn.next_quarter" in found:
        made.append(tiles.leaving_next(found["churn.next_quarter"], came=_lost(found.get("churn.left"))))
    return tuple(made) or (tiles.nothing(),)


def _target(study: Study, metric: str) -> float | None:
    targets = study.targets
    if targets.empty:
        return None
    rows = targets[(targets["metric"] == metric) & targets["segment"].fillna("all").isin(["all", ""])]
    return float(rows["target"].iloc[-1]) if len(rows) else None


def _step(left: Finding, step: str) -> int:
    return int(left.table.loc[left.table["step"] == step, "estimate"].iloc[0])


def _lost(left: Finding | None) -> int | None:
    if left is None or not isinstance(left.headline, Estimate):
        return None
    return _step(left, "lost_voluntary") + _step(left, "lost_involuntary")
