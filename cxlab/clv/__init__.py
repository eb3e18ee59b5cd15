"""CLV: what a customer, a segment and the whole base are worth, and how sure that is.

A future is valued by the method that fits the customer: by how long such customers stay where leaving is seen (a
contract), by purchases where it is not. `worth_at` values everybody; the findings named ``clv.<...>`` are asked
of it.
"""

from cxlab.clv.at import base_at, concentration_at, holdout_at, payback_at, terms_of, worth_at
from cxlab.clv.concentration import concentration
from cxlab.clv.groups import by_trait, method_by
from cxlab.clv.holdout import holdout
from cxlab.clv.payback import payback
from cxlab.clv.whole import base, base_change
from cxlab.clv.worth import Equity, Terms, worth

__all__ = [
    "Equity",
    "Terms",
    "base",
    "base_at",
    "base_change",
    "by_trait",
    "concentration",
    "concentration_at",
    "holdout",
    "holdout_at",
    "method_by",
    "payback",
    "payback_at",
    "terms_of",
    "worth",
    "worth_at",
]
