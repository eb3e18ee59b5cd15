"""The leader's page: the answer, the numbers, the decisions, what we do not know."""

from cxlab.overview.board import Board, Commentary, Decision, Tile
from cxlab.overview.compose import findings, forecast_graded, page

__all__ = ["Board", "Commentary", "Decision", "Tile", "findings", "forecast_graded", "page"]
