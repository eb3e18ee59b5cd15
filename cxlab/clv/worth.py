"""What the customers of today are worth: each valued by the method that fits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clv.buying import Model, model, worth_of_buying
from cxlab.errors import FitError
from cxlab.evidence.lookup import Staying, Worth, staying, worth_of_staying
from cxlab.maths import intervals, jackknife
from cxlab.quarter import Quarter

Array = NDArray[np.float64]

KEYS = ["plan", "segment", "way"]
"""Traits every sum of worth is kept by; ``way`` says how a customer was valued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the study declares about value.

    Parameters
    ----------
    discount_share_year : float
        Yearly discount rate, above 0.
    amount : {"margin", "revenue"}
        What is discounted: margin where the study declares it.
    margin : mapping
        Margin share by plan, for amounts that bring none of their own; read only with "margin".
    default_margin : float
        For other plans.
    level : float
        Of intervals.
    minimum : int
        Smaller groups are not shown.
    """

    discount_share_year: float = 0.10
    amount: Literal["margin", "revenue"] = "margin"
    margin: Mapping[str, float]
    default_margin: float = 1.0
    level: float = 0.95
    minimum: int = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equity:
    """Worth of everybody active at the close of a quarter.

    Parameters
    ----------
    quarter : Quarter
        Whose close it is.
    table : DataFrame
        `KEYS`, ``customers``, ``worth``, ``beyond``; one row per cell.
    replicates : (rows, B) array
        Worth of each row with each bucket left out of the rates.
    buckets : int
        Buckets that hold anybody.
    terms : Terms
        What the study declares.
    buying : Model or None
        Model of those valued by their buying; None: nobody is, or it could not be fitted (``no_buying`` says why).
    stays : Staying or None
        Days to come of the others; None: nobody is looked up, or nobody was ever seen to leave.
    bought_by_staying : float or None
        What those valued by their buying would be worth by how long such customers stay; None: not known.
    unvalued : int
        Customers who could not be valued.
    counts : DataFrame
        ``repeat_counts`` of all customers without a contract.
    no_buying : str
        Why there is no model of buying, for the checks; "" where there is one or none is needed.
    """

    quarter: Quarter
    table: pd.DataFrame
    replicates: Array
    buckets: int
    terms: Terms
    buying: Model | None
    stays: Staying | None
    bought_by_staying: float | None
    unvalued: int
    counts: pd.DataFrame
    no_buying: str


def worth(
    stock: pd.DataFrame,
    risk: pd.DataFrame,
    counts: pd.DataFrame,
    spend: pd.DataFrame,
    *,
    quarter: Quarter,
    terms: Terms,
) -> Equity:
    """Value all active customers: by their buying where birth and purchases were seen, else by how long such stay.

    Parameters
    ----------
    stock : DataFrame
        ``stock_table(with_way(lives, days, ...), by=KEYS, window=...)``.
    risk : DataFrame
        ``risk_table(lives, by=["plan"], window=..., bucket=True)`` by day.
    counts, spend : DataFrame
        ``repeat_counts(days, lives, by=["plan", "segment"], ..., bucket=True)`` and ``spend_counts(...,
        bucket=True)``.
    quarter : Quarter
        The quarter that closes.
    terms : Terms
        What the study declares.
    """
    fitted, no_buying = _buying(counts, spend)
    looked_up = stock if fitted is None else stock[stock["way"] != "bought"]
    stays = _stays(risk, stock, terms=terms)
    parts, unvalued = [], 0
    if stays is not None and len(looked_up):
        parts.append(worth_of_staying(looked_up, stays, by="plan", keys=KEYS, amount=terms.amount))
    else:
        unvalued = int(looked_up["customers"].sum())
    if fitted is not None:
        here = counts[counts["born"] & counts["active"]].assign(way="bought")
        shares = {plan: terms.margin.get(plan, terms.default_margin) for plan in here["plan"].unique()}
        parts.append(
            worth_of_buying(
                here, fitted, keys=KEYS, share=shares if terms.amount == "margin" else 1.0,
                discount_share_year=terms.discount_share_year,
            )
        )  # fmt: skip
    table, replicates = _joined(parts)
    buckets = max(stays.buckets if stays else 0, fitted.buckets if fitted else 0)
    return Equity(
        quarter=quarter, table=table, replicates=replicates, buckets=buckets, terms=terms, buying=fitted,
        stays=stays, bought_by_staying=_by_staying(stock, stays, terms=terms) if fitted else None,
        unvalued=unvalued, counts=counts, no_buying=no_buying,
    )  # fmt: skip


def _buying(counts: pd.DataFrame, spend: pd.DataFrame) -> tuple[Model | None, str]:
    if not (len(counts) and counts["born"].any()):
        return None, ""
    try:
        return model(counts, spend), ""
    except FitError as error:
        return None, error.message


def _stays(risk: pd.DataFrame, stock: pd.DataFrame, *, terms: Terms) -> Staying | None:
    if stock.empty:
        return None
    try:
        return staying(
            risk, by="plan", oldest=int(stock["tenure"].max()), discount_share_year=terms.discount_share_year,
            minimum=terms.minimum,
        )  # fmt: skip
    except FitError:
        return None


def _by_staying(stock: pd.DataFrame, stays: Staying | None, *, terms: Terms) -> float | None:
    mine = stock[stock["way"] == "bought"]
    if stays is None or mine.empty:
        return None
    return float(worth_of_staying(mine, stays, by="plan", keys=["way"], amount=terms.amount).table["worth"].sum())


def _joined(parts: list[Worth]) -> tuple[pd.DataFrame, Array]:
    if not parts:
        columns = {name: pd.Series(dtype="object") for name in KEYS}
        numbers = {name: pd.Series(dtype="float64") for name in ("customers", "worth", "beyond")}
        return pd.DataFrame(columns | numbers), np.zeros((0, 0))
    table = pd.concat([part.table for part in parts], ignore_index=True)
    return table, np.concatenate([part.replicates for part in parts])


def ends(values: Array, replicates: Array, *, buckets: int, level: float) -> tuple[Array, Array]:
    """Intervals of sums of worth by leaving buckets out; NaN where there are too few buckets.

    Parameters
    ----------
    values : (k,) array
        Worth.
    replicates : (k, B) array
        The same with each bucket left out of the rates.
    """
    if buckets < jackknife.FEWEST_BUCKETS or not replicates.shape[1]:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    spread = jackknife.spread(replicates.T, occupied=buckets)
    low, high = intervals.symmetric(values, np.sqrt(spread.variance), level=level, degrees=spread.degrees)
    return np.maximum(0.0, low), high
