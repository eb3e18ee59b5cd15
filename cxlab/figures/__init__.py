"""Figures: `draw` a finding; one file per shape (bars, curve, flow, forest, grid, scatter, trend), one style.

A figure shows what the finding's table says and nothing else: every interval is drawn, every number is written by
`cxlab.wording`, names stand beside what they name. The page prints the finding's sentence above it.
"""

from cxlab.figures.draw import draw
from cxlab.figures.picture import Picture

__all__ = ["Picture", "draw"]
