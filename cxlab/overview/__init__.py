"""The leader's page: the answer, the numbers, the decisions, what we do not know."""

from cxlab.overview.answer import answer, scope, unknowns
from cxlab.overview.board import Board, Commentary, Decision, Tile
from cxlab.overview.team import commentary, decisions, graded, promises
from cxlab.overview.tiles import at_risk, leaving_next, left, staying

__all__ = [
    "Board",
    "Commentary",
    "Decision",
    "Tile",
    "answer",
    "at_risk",
    "commentary",
    "decisions",
    "graded",
    "leaving_next",
    "left",
    "promises",
    "scope",
    "staying",
    "unknowns",
]
