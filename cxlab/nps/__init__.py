"""NPS: how customers feel, where, and whether the change is real.

Every function takes evidence (`cxlab.evidence`) and answers with a Finding named ``nps.<function>``. Scores of the
general survey, of touchpoints, satisfaction and effort are never pooled.
"""

from cxlab.nps.at import leading, score_at, where_at
from cxlab.nps.change import change, where
from cxlab.nps.forecast import next_quarter
from cxlab.nps.groups import by, parts
from cxlab.nps.migration import migration
from cxlab.nps.ratings import satisfaction, touchpoints
from cxlab.nps.response import response
from cxlab.nps.score import bound, sample, score, trend
from cxlab.verdicts import one_page

__all__ = [
    "bound",
    "by",
    "change",
    "leading",
    "migration",
    "next_quarter",
    "one_page",
    "parts",
    "response",
    "sample",
    "satisfaction",
    "score",
    "score_at",
    "touchpoints",
    "trend",
    "where",
    "where_at",
]
