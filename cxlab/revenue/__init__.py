"""Revenue: what a better score is worth in money, and whether we may say so.

Every function takes the evidence of `cxlab.evidence.panel_sums` and answers with a Finding named
``revenue.<function>``. A price is given only when five checks pass.
"""

from cxlab.revenue.change import change_cost
from cxlab.revenue.easy import by_band, easy_answer
from cxlab.revenue.price import paths, price
from cxlab.revenue.stops import checks, veto

__all__ = ["by_band", "change_cost", "checks", "easy_answer", "paths", "price", "veto"]
