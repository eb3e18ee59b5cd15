"""Tables in, counts that add out: the edge where scale ends.

Evidence of disjoint customers is added row by row; what a question computes from it equals the row-level answer.
"""

from cxlab.evidence.cases import case_table
from cxlab.evidence.cohorts import cohort_customers, cohort_revenue
from cxlab.evidence.experience import experience_table
from cxlab.evidence.followed import followed
from cxlab.evidence.months import monthly_losses
from cxlab.evidence.movement import movements
from cxlab.evidence.panel import panel_sums
from cxlab.evidence.panel_blocks import revenue_edges
from cxlab.evidence.readings import readings
from cxlab.evidence.recovery import recovery_sums
from cxlab.evidence.risk import risk_table
from cxlab.evidence.scores import pairs, rating_counts, response_counts, score_counts
from cxlab.evidence.stock import stock_table
from cxlab.evidence.terms import term_table
from cxlab.evidence.themes import text_table, theme_table
from cxlab.evidence.value_moves import value_moves
from cxlab.evidence.verbatims import read_texts
from cxlab.evidence.waiting import waiting_sums

__all__ = [
    "case_table",
    "cohort_customers",
    "cohort_revenue",
    "experience_table",
    "followed",
    "monthly_losses",
    "movements",
    "pairs",
    "panel_sums",
    "rating_counts",
    "read_texts",
    "readings",
    "recovery_sums",
    "response_counts",
    "revenue_edges",
    "risk_table",
    "score_counts",
    "stock_table",
    "term_table",
    "text_table",
    "theme_table",
    "value_moves",
    "waiting_sums",
]
