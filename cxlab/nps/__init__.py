"""NPS: how customers feel, where, and whether the change is real.

Every function takes evidence (`cxlab.evidence`) and answers with a Finding named ``nps.<function>``. Scores of the
general survey, of touchpoints, satisfaction and effort are never pooled.
"""

from cxlab.nps.at import leading, recovery_at, score_at, unmeasured, waiting_at, where_at
from cxlab.nps.change import change, where
from cxlab.nps.forecast import next_quarter
from cxlab.nps.groups import by, parts
from cxlab.nps.judged import one_page
from cxlab.nps.migration import migration
from cxlab.nps.quarters import by_quarter
from cxlab.nps.ratings import ratings_by, satisfaction
from cxlab.nps.recovery import recovery
from cxlab.nps.response import response
from cxlab.nps.score import bound, sample, score, trend
from cxlab.nps.waiting import waiting

__all__ = [
    "bound",
    "by",
    "by_quarter",
    "change",
    "leading",
    "migration",
    "next_quarter",
    "one_page",
    "parts",
    "ratings_by",
    "recovery",
    "recovery_at",
    "response",
    "sample",
    "satisfaction",
    "score",
    "score_at",
    "trend",
    "unmeasured",
    "waiting",
    "waiting_at",
    "where",
    "where_at",
]
