"""The worth of a whole study's customers: so that this quarter and an earlier one are valued alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cxlab.clv.concentration import concentration
from cxlab.clv.holdout import holdout
from cxlab.clv.lookups import by_buying, by_tenure
from cxlab.clv.payback import payback
from cxlab.clv.whole import base
from cxlab.clv.worth import KEYS, Equity, Terms, worth
from cxlab.evidence import risk_table, stock_table
from cxlab.evidence.buying import worth_sums
from cxlab.evidence.repeat import NO_COUNTS, repeat_counts
from cxlab.evidence.values import acquisition_costs, value_bins
from cxlab.finding import Finding

if TYPE_CHECKING:
    from cxlab.tables.study import Study


HELD_BACK_DAYS = 365
"""Days of the history the model is tried on."""

NO_COSTS = pd.DataFrame({name: pd.Series(dtype="object") for name in ("acq_source", "customers", "cost_amount")})


def terms_of(study: Study) -> Terms:
    """Read what the study file declares about value."""
    config = study.config
    return Terms(
        discount_share_year=config.rules.discount_share_year,
        amount=config.amount,
        margin=dict(config.rules.margin.plan),
        default_margin=config.rules.margin.default,
        level=config.level,
        minimum=config.minimum_n,
    )


def buying_of(study: Study) -> Any:  # noqa: ANN401  (a table of the engine)
    """Return who bought what, or None where the study has contracts with prices and no transactions."""
    return study.buying if "transactions" in study.tables else None


def worth_at(study: Study) -> Equity:
    """Value the customers active at the study's close, as known by its own date.

    Parameters
    ----------
    study : Study
        This quarter's, or an earlier one's (``study.earlier(1)``).
    """
    lives, buying, window = study.lives, buying_of(study), study.window
    sums = worth_sums(lives, buying, by=KEYS, traits=["plan", "segment"], window=window)
    risk = risk_table(lives, by=["plan"], window=window, bucket=True)
    return worth(sums.stock, risk, sums.counts, sums.spend, quarter=study.quarter, terms=terms_of(study))


def base_at(study: Study) -> Finding:
    """Worth of the base at a study's close (``clv.base``), as known by its own date."""
    return base(worth_at(study))


def concentration_at(study: Study, equity: Equity) -> Finding:
    """Say who holds the worth (``clv.concentration``): every value is looked up in the engine, only bins come
    out.
    """
    buying, window = buying_of(study), study.window
    bins = value_bins(study.lives, buying, window=window, by_tenure=by_tenure(equity), by_buying=by_buying(equity))
    return concentration(bins, equity)


def holdout_at(study: Study) -> Finding:
    """Try the model of buying on days held back (``clv.holdout``): a year, or half of a shorter history."""
    back = min(HELD_BACK_DAYS, (study.window.close - study.window.open).days // 2)
    if "transactions" in study.tables:
        counts = repeat_counts(study.buying_before(back), bucket=True)
    else:
        counts = NO_COUNTS.assign(later=0)
    return holdout(
        counts, days=back, quarter=study.quarter, level=study.config.level, minimum=study.config.minimum_n
    )


def payback_at(study: Study, equity: Equity) -> Finding:
    """Say when newcomers of each source have earned their cost back (``clv.payback``)."""
    lives, window = study.lives, study.window
    customers = study.tables.get("customers")
    return payback(
        NO_COSTS.copy() if customers is None else acquisition_costs(customers, window=window),
        stock_table(lives, by=["acq_source"], window=window),
        risk_table(lives, by=["acq_source"], window=window),
        equity,
    )
