"""Customers without a contract, valued by their buying: one model of purchases, one of spend per purchase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import needs
from cxlab.errors import FitError
from cxlab.evidence.lookup import Worth
from cxlab.maths.buying import Buying, BuyingFit, bg_nbd, buying, moved
from cxlab.maths.expected import discounted_purchases
from cxlab.maths.jackknife import BUCKETS
from cxlab.maths.spend import SpendFit, gamma_gamma, rank_correlation
from cxlab.maths.staying_value import YEAR_DAYS

Array = NDArray[np.float64]

TRIPLE = ["x", "t_x", "total"]

_STEP = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """Repeat buying and spend per purchase of customers whose births were seen.

    Parameters
    ----------
    buys : BuyingFit
        Purchases by day.
    spends : SpendFit
        Amount of a day with a purchase, minor units.
    customers : int
        How many it was fitted to.
    correlation : float
        Rank correlation of how often and how much at a time; the model takes it as none.
    left_out : tuple of (BuyingFit, SpendFit)
        The same without each bucket; empty where the counts have none.
    buckets : int
        Buckets with anybody in them.
    """

    buys: BuyingFit
    spends: SpendFit
    customers: int
    correlation: float
    left_out: tuple[tuple[BuyingFit, SpendFit], ...]
    buckets: int


def model(counts: pd.DataFrame, spend: pd.DataFrame) -> Model:
    """Fit both models to those whose births were seen, and again without each bucket.

    Parameters
    ----------
    counts, spend : DataFrame
        ``repeat_counts(..., bucket=True)`` and ``spend_counts(..., bucket=True)``; without ``bucket`` there are no
        replicates.

    Raises
    ------
    FitError
        If nobody bought twice.
    """
    born = counts[counts["born"]]
    rows, weights = weighed(born, keys=TRIPLE)
    purchases = buying(rows["x"], rows["t_x"], rows["total"], rows["customers"])
    bins, bin_weights = weighed(spend, keys=["x", "bin"])
    mean = bins["spent"] / bins["x"] / bins["customers"]
    buys, spends = bg_nbd(purchases), gamma_gamma(bins["x"], mean, bins["customers"])
    left_out = tuple(
        (_refit(purchases, weight, start=buys), gamma_gamma(bins["x"], mean, bin_weight, start=spends))
        for weight, bin_weight in zip(weights, bin_weights, strict=True)
    )
    return Model(
        buys=buys, spends=spends, customers=int(rows["customers"].sum()),
        correlation=rank_correlation(bins["x"], mean, bins["customers"]), left_out=left_out,
        buckets=born["bucket"].nunique() if "bucket" in born else 0,
    )  # fmt: skip


def _refit(purchases: Buying, customers: Array, *, start: BuyingFit) -> BuyingFit:
    return bg_nbd(replace(purchases, customers=customers), start=start)


def weighed(counts: pd.DataFrame, *, keys: list[str]) -> tuple[pd.DataFrame, Array]:
    """Sum counts over everything but ``keys``; beside it the customers of each row with each bucket left out.

    Raises
    ------
    FitError
        If there is nobody.
    """
    needs(counts, *keys, "customers", source="the counts")
    if counts.empty:
        raise FitError("repeat buying needs customers whose first purchase was seen; got none")
    names = [name for name in ("customers", "spent", "amount", "later") if name in counts]
    rows = counts.groupby(keys, as_index=False, sort=True)[names].sum()
    if "bucket" not in counts:
        return rows, np.zeros((0, len(rows)))
    place = counts.groupby(keys, sort=True).ngroup().to_numpy()
    at = counts["bucket"].to_numpy() * len(rows) + place
    inside = np.bincount(at, weights=counts["customers"].to_numpy(), minlength=BUCKETS * len(rows))
    return rows, rows["customers"].to_numpy() - inside.reshape(BUCKETS, len(rows))


def worth_of_buying(
    counts: pd.DataFrame,
    fitted: Model,
    *,
    keys: list[str],
    share: Mapping[str, float] | float,
    discount_share_year: float,
) -> Worth:
    """Worth of the customers counted: purchases to come, discounted, times spend per purchase times margin.

    Beyond what was seen lie purchases further ahead than the longest time any of them was watched.

    Parameters
    ----------
    counts : DataFrame
        Rows of ``repeat_counts(..., by=keys)``.
    share : mapping or float
        What of the amount counts: margin share by ``plan``, or one number.
    discount_share_year : float
        Yearly rate.
    """
    rows = counts.groupby([*keys, *TRIPLE], as_index=False, sort=True)[["customers", "spent"]].sum()
    part = (
        np.full(len(rows), float(share)) if isinstance(share, float | int) else rows["plan"].map(share).to_numpy()
    )
    rate = float(np.log1p(discount_share_year) / YEAR_DAYS)
    ahead, slopes = _ahead(fitted.buys, rows, rate=rate)
    seen = float(rows["total"].max()) if len(rows) else 0.0
    unseen = discounted_purchases(fitted.buys, *(rows[name] for name in TRIPLE), discount=rate, after=seen)
    fits = [(fitted.buys, fitted.spends), *fitted.left_out]
    groups = rows.groupby(keys, sort=True).ngroup().to_numpy()
    size = int(groups.max(initial=-1)) + 1
    sums = np.empty((size, len(fits)))
    for place, (buys, spends) in enumerate(fits):
        later = ahead + slopes @ (buys.parameters - fitted.buys.parameters)
        each = part * later * spends.expected(rows["x"], rows["spent"], rows["customers"])
        sums[:, place] = np.bincount(groups, weights=each, minlength=size)
    table = pd.DataFrame(rows.groupby(keys, sort=True, as_index=False)["customers"].sum())
    past = part * unseen * fitted.spends.expected(rows["x"], rows["spent"], rows["customers"])
    beyond = np.bincount(groups, weights=past, minlength=size)
    return Worth(table=table.assign(worth=sums[:, 0], beyond=beyond), replicates=sums[:, 1:])


def _ahead(fit: BuyingFit, rows: pd.DataFrame, *, rate: float) -> tuple[Array, Array]:
    """Discounted purchases of each row, and their slopes in the model's parameters (rows, p)."""

    def at(parameters: Array) -> Array:
        return discounted_purchases(moved(fit, parameters), *(rows[name] for name in TRIPLE), discount=rate)

    here = at(fit.parameters)
    slopes = [(at(fit.parameters + each) - here) / _STEP for each in _STEP * np.eye(len(fit.parameters))]
    return here, np.column_stack(slopes)
