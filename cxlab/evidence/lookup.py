"""Value by looking up how long customers like this one stay: hazards by group and tenure, discounted.

A method, not a question: whoever has a risk table and a stock table may ask it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.errors import FitError
from cxlab.maths.cohorts import CohortFit, shifted_beta_geometric
from cxlab.maths.jackknife import BUCKETS
from cxlab.maths.staying_value import YEAR_DAYS, daily_factor, remaining, variance
from cxlab.quarter import DAYS_PER_MONTH

Array = NDArray[np.float64]

SETTLED_MONTHS = 24
"""Months after which leaving has settled: the law of what lies beyond is fitted to later ones."""

QUARTER_DAYS = 91
"""Days the amounts of a stock table are of."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staying:
    """Discounted days to come by group and tenure.

    Parameters
    ----------
    codes : tuple of str
        Groups.
    days : (groups, 1 + B, T + 1) array
        Discounted days to come at tenures 0 ... T days; place 0 from everybody, then with each bucket left out.
    beyond : (groups, T + 1) array
        The part of them past the last tenure well seen, where a fitted law stands for data.
    seen : (groups,) array of int
        That last tenure, in days.
    hazard, at_risk : (groups, T) arrays
        Of everybody, on days 1 ... T.
    laws : tuple of CohortFit
        Law of the months beyond, for each group.
    pooled : tuple of bool
        Whether a group had too little of its own and took the hazards of all.
    factor : float
        What a unit a day later is worth.
    buckets : int
        Buckets with anybody in them; 0 where the table has none.
    """

    codes: tuple[str, ...]
    days: Array
    beyond: Array
    seen: NDArray[np.int64]
    hazard: Array
    at_risk: Array
    laws: tuple[CohortFit, ...]
    pooled: tuple[bool, ...]
    factor: float
    buckets: int


def staying(risk: pd.DataFrame, *, by: str, oldest: int, discount_share_year: float, minimum: int = 10) -> Staying:
    """Discounted days to come of each group, from its own hazards by tenure.

    Up to the last day seen by ``minimum`` customers the hazard is losses over customers at risk; beyond it that
    of a shifted beta-geometric fitted to the months after `SETTLED_MONTHS`, or to the later half of fewer
    months. A group in which that cannot be fitted takes the hazards of all.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, by=[by], window=..., bucket=True)`` by day; without ``bucket`` there are no replicates.
    by : str
        Column of the groups.
    oldest : int
        Longest tenure that will be looked up, days.
    discount_share_year : float
        Yearly rate, above 0.

    Raises
    ------
    FitError
        If nobody is known to have left: nothing says how long anybody stays.
    ValueError
        If columns are missing, or the rate is not above 0.
    """
    _refuse(risk, by=by)
    factor = daily_factor(discount_share_year)
    clock = max(int(risk["tenure"].max()) if len(risk) else 0, oldest)
    codes = tuple(sorted(risk[by].unique()))
    n, d = (_laid(risk, column, by=by, codes=codes, clock=clock) for column in ("at_risk", "lost"))
    if not d.sum():
        raise FitError("how long customers stay cannot be known where nobody is known to have left")
    found, pooled = [], []
    everyone = _group(n.sum(axis=0), d.sum(axis=0), factor=factor, minimum=minimum)
    if everyone is None:
        raise FitError(f"no tenure is seen by {minimum} customers often enough to tell how long they stay")
    for at_risk, lost in zip(n, d, strict=True):
        own = _group(at_risk, lost, factor=factor, minimum=minimum)
        found.append(own or everyone)
        pooled.append(own is None)
    days, beyond, seen, hazard, laws = zip(*found, strict=True)
    occupied = int(n.sum(axis=(0, 2)).astype(bool).sum()) if "bucket" in risk else 0
    return Staying(
        codes=codes, days=np.array(days), beyond=np.array(beyond), seen=np.array(seen), hazard=np.array(hazard),
        at_risk=n.sum(axis=1), laws=laws, pooled=tuple(pooled), factor=factor, buckets=occupied,
    )  # fmt: skip


def _refuse(risk: pd.DataFrame, *, by: str) -> None:
    missing = [name for name in ("tenure", by, "at_risk", "lost") if name not in risk]
    if missing:
        raise ValueError(f"the risk table must give tenure, {by}, at_risk, lost; it lacks {', '.join(missing)}")


def _laid(risk: pd.DataFrame, column: str, *, by: str, codes: Sequence[str], clock: int) -> Array:
    """Counts as (groups, buckets, days); one bucket where the table has none."""
    group = pd.Categorical(risk[by], categories=list(codes)).codes.astype(int)
    bucket = risk["bucket"].to_numpy() if "bucket" in risk else np.zeros(len(risk), dtype=int)
    shape = (len(codes), BUCKETS if "bucket" in risk else 1, clock)
    place = (group * shape[1] + bucket) * clock + risk["tenure"].to_numpy() - 1
    counts = np.bincount(place, weights=risk[column].to_numpy(), minlength=int(np.prod(shape)))
    return np.asarray(counts.reshape(shape), dtype=float)


_Found = tuple[Array, Array, int, Array, CohortFit]


def _group(at_risk: Array, lost: Array, *, factor: float, minimum: int) -> _Found | None:
    """Days, days beyond, last day seen, hazards and law of one group from (buckets, days) counts; None: not
    possible.
    """
    n, d = at_risk.sum(axis=0), lost.sum(axis=0)
    well = (n >= minimum) & (d < n)
    if not (d[well] > 0).any():
        return None
    seen = int(np.flatnonzero(well)[-1]) + 1
    left_out = [(n, d)] + ([(n - n_b, d - d_b) for n_b, d_b in zip(at_risk, lost, strict=True)] if len(at_risk) > 1
                           else [])  # fmt: skip
    days: list[Array] = []
    first: tuple[Array, Array, CohortFit] | None = None
    for some_n, some_d in left_out:
        law = _law(some_n[:seen], some_d[:seen], start=first[2] if first else None)
        if law is None:
            return None
        hazard = _hazards(some_n, some_d, well=well, seen=seen, law=law)
        discount = factor**-DAYS_PER_MONTH - 1
        tail = (law.annuity(discount=discount, after=len(n) / DAYS_PER_MONTH) - 0.5) * DAYS_PER_MONTH
        past, _ = remaining(hazard[seen:], factor=factor, tail=tail)
        ahead, beyond = remaining(hazard[:seen], factor=factor, tail=past[0])
        days.append(np.concatenate([ahead[:-1], past]))
        first = first or (np.concatenate([beyond[:-1], past]), hazard, law)
    assert first is not None
    return np.array(days), first[0], seen, first[1], first[2]


def _law(n: Array, d: Array, *, start: CohortFit | None) -> CohortFit | None:
    """Law of the settled months, in customer-months at risk; of all months if nobody left in those."""
    month = (np.arange(len(n)) / DAYS_PER_MONTH).astype(int)
    at_risk, lost = np.bincount(month, weights=n) / DAYS_PER_MONTH, np.bincount(month, weights=d)
    at_risk = np.maximum(at_risk, lost)
    for first in (min(SETTLED_MONTHS, len(at_risk) // 2), 0):
        try:
            months = np.arange(first + 1, len(at_risk) + 1)
            return shifted_beta_geometric(at_risk[first:], lost[first:], period=months, start=start)
        except FitError:
            continue
    return None


def _hazards(n: Array, d: Array, *, well: NDArray[np.bool_], seen: int, law: CohortFit) -> Array:
    """Hazard of each day: losses over at risk where well seen, the group's mean in gaps, the law's from ``seen``
    on.
    """
    mean = min(d[:seen].sum() / max(n[:seen].sum(), 1.0), 1 - 1e-9)
    hazard = np.where(well & (d < n), d / np.maximum(n, 1), mean)
    month = np.arange(seen, len(n)) / DAYS_PER_MONTH + 1
    hazard[seen:] = -np.expm1(np.log1p(-law.hazard(month)) / DAYS_PER_MONTH)
    return np.asarray(hazard)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worth:
    """Value of groups of customers.

    Parameters
    ----------
    table : DataFrame
        Keys of the groups, then ``customers``, ``worth``, ``beyond`` (the part past what was seen), in minor
        units.
    replicates : (rows, B) array
        Worth of each row with each bucket left out of what it is reckoned from; no columns where there are none.
    """

    table: pd.DataFrame
    replicates: Array


def worth_of_staying(
    stock: pd.DataFrame, looked_up: Staying, *, by: str, keys: Sequence[str], amount: str = "margin"
) -> Worth:
    """Worth of customers in stock: what they bring a day times their discounted days to come.

    Parameters
    ----------
    stock : DataFrame
        ``stock_table(lives, by=[by, ...], window=...)``.
    keys : sequence of str
        Columns of the stock to sum by.
    amount : str
        Column of amounts per 91 days.

    Raises
    ------
    ValueError
        If the stock holds a group or a tenure that was not looked up.
    """
    code = pd.Categorical(stock[by], categories=list(looked_up.codes)).codes.astype(int)
    tenure = stock["tenure"].to_numpy()
    if (code < 0).any() or (len(stock) and tenure.max() >= looked_up.days.shape[2]):
        raise ValueError(
            f"looked up are {by} {', '.join(looked_up.codes)} to {looked_up.days.shape[2] - 1} days of tenure; "
            f"the stock holds {', '.join(sorted(set(stock[by])))} to {tenure.max()}"
        )
    daily = stock[amount].to_numpy() / QUARTER_DAYS
    every = looked_up.days[code, :, tenure] * daily[:, None]
    groups = stock.groupby(list(keys), sort=True).ngroup().to_numpy()
    size = int(groups.max(initial=-1)) + 1
    sums = np.zeros((size, every.shape[1]))
    np.add.at(sums, groups, every)
    table = stock.groupby(list(keys), sort=True)[["customers"]].sum().reset_index()
    table["worth"] = sums[:, 0]
    table["beyond"] = np.bincount(groups, weights=looked_up.beyond[code, tenure] * daily, minlength=size)
    return Worth(table=table, replicates=sums[:, 1:])


def variance_of_staying(stock: pd.DataFrame, looked_up: Staying, *, by: str, amount: str = "margin") -> float:
    """Variance of the worth of a stock because hazards are estimated, groups and accounts taken as independent.

    By the slope of worth in every day's hazard; the law beyond what was seen is taken as given.
    """
    total = 0.0
    for place, code in enumerate(looked_up.codes):
        mine, seen = stock[stock[by] == code], int(looked_up.seen[place])
        held = np.bincount(mine["tenure"], weights=mine[amount] / QUARTER_DAYS, minlength=seen + 1)[: seen + 1]
        q, n = looked_up.hazard[place, :seen], np.maximum(looked_up.at_risk[place, :seen], 1)
        total += variance(held, q, looked_up.days[place, 0, : seen + 1], n, factor=looked_up.factor)
    return total


def years(days: float) -> float:
    """Days as years, for reading.

    >>> years(365.25)
    1.0
    """
    return days / YEAR_DAYS
