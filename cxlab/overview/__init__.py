"""The leader's page: the answer, the numbers, the decisions, what we do not know."""

from cxlab.overview.board import Board, Bridge, Commentary, Decision, Line, Quote, Tile
from cxlab.overview.compose import findings, page, questions
from cxlab.overview.forecasts import forecast_graded
from cxlab.overview.series import forecast_series
from cxlab.overview.targets import target_for

__all__ = [
    "Board",
    "Bridge",
    "Commentary",
    "Decision",
    "Line",
    "Quote",
    "Tile",
    "findings",
    "forecast_graded",
    "forecast_series",
    "page",
    "questions",
    "target_for",
]
