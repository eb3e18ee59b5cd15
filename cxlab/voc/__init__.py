"""Voice of the customer: what customers say, how often, and do those who read it agree.

Every function takes evidence (`cxlab.evidence`) and answers with a Finding named ``voc.<function>``.
"""

from cxlab.voc.coders import agreement
from cxlab.voc.coverage import coverage
from cxlab.voc.groups import by_group
from cxlab.voc.page import one_page
from cxlab.voc.quotes import quotes
from cxlab.voc.scores import score
from cxlab.voc.series import change, trend
from cxlab.voc.themes import themes
from cxlab.voc.uncoded import uncoded

__all__ = [
    "agreement",
    "by_group",
    "change",
    "coverage",
    "one_page",
    "quotes",
    "score",
    "themes",
    "trend",
    "uncoded",
]
