"""Value of a customer as the engine may look it up: by plan and tenure, or by purchases and spend."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.clv.buying import TRIPLE
from cxlab.clv.worth import Equity
from cxlab.evidence.lookup import QUARTER_DAYS
from cxlab.maths.expected import discounted_purchases
from cxlab.maths.staying_value import YEAR_DAYS


def by_tenure(equity: Equity) -> pd.DataFrame:
    """Value of one minor unit a quarter: ``plan``, ``tenure`` (days), ``per_margin``, ``per_revenue``.

    One of the two is 0 throughout: the study says which amount counts.
    """
    stays = equity.stays
    if stays is None:
        empty = {"plan": pd.Series(dtype="str"), "tenure": pd.Series(dtype="int64")}
        return pd.DataFrame(empty | {name: pd.Series(dtype="float64") for name in ("per_margin", "per_revenue")})
    clock = stays.days.shape[2]
    frame = pd.DataFrame(
        {
            "plan": np.repeat(np.array(stays.codes, dtype=object), clock),
            "tenure": np.tile(np.arange(clock), len(stays.codes)),
            "per": stays.days[:, 0].ravel() / QUARTER_DAYS,
        }
    )
    is_margin = equity.terms.amount == "margin"
    return frame.assign(per_margin=frame["per"] * is_margin, per_revenue=frame["per"] * (not is_margin)).drop(
        columns="per"
    )


def by_buying(equity: Equity) -> pd.DataFrame:
    """Value of those valued by their buying: ``plan``, ``x``, ``t_x``, ``total``, ``fixed``, ``per_spent``.

    A customer who spent S is worth fixed + per_spent S.
    """
    columns = {"plan": pd.Series(dtype="str")} | {name: pd.Series(dtype="int64") for name in TRIPLE}
    if equity.buying is None:
        return pd.DataFrame(columns | {name: pd.Series(dtype="float64") for name in ("fixed", "per_spent")})
    terms, spends = equity.terms, equity.buying.spends
    here = equity.counts[equity.counts["born"] & equity.counts["active"]]
    rows = here[["plan", *TRIPLE]].drop_duplicates(ignore_index=True)
    part = rows["plan"].map(lambda plan: terms.margin.get(plan, terms.default_margin))
    share = part.to_numpy() if terms.amount == "margin" else np.ones(len(rows))
    rate = float(np.log1p(terms.discount_share_year) / YEAR_DAYS)
    ahead = share * discounted_purchases(equity.buying.buys, *(rows[name] for name in TRIPLE), discount=rate)
    return rows.assign(
        fixed=ahead * spends.expected(rows["x"], np.zeros(len(rows))),
        per_spent=ahead
        * (spends.expected(rows["x"], np.ones(len(rows))) - spends.expected(rows["x"], np.zeros(len(rows)))),
    )
