"""Tables in, counts that add out: the edge where scale ends.

Evidence of disjoint customers is added row by row; what a question computes from it equals the row-level answer.
"""

from cxlab.evidence.movement import movements
from cxlab.evidence.panel import panel_sums, revenue_edges
from cxlab.evidence.risk import risk_table
from cxlab.evidence.scores import pairs, rating_counts, response_counts, score_counts
from cxlab.evidence.stock import stock_table

__all__ = [
    "movements",
    "pairs",
    "panel_sums",
    "rating_counts",
    "response_counts",
    "revenue_edges",
    "risk_table",
    "score_counts",
    "stock_table",
]
