"""Proportional hazards on rows, for covariates with too many values to count: age, spend, minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxlab.errors import FitError
from cxlab.maths.cox import CoxFit, highest
from cxlab.maths.cox_moments import Moments
from cxlab.maths.separation import names_of, refuse_nulls, refuse_plain
from cxlab.maths.ties import Ties, TieSums, tie_sums

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

FARTHEST = 12.0
"""Log hazard ratio per standard deviation beyond which a coefficient is on its way to infinity."""

NO_VALUES = (
    "these covariates rank all losses perfectly, or nearly so, and have no finite coefficients: {}; "
    "leave one out or merge its values"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spells:
    """Times at risk laid on the clock of losses; memory grows with rows, never with rows times times.

    Parameters
    ----------
    first, last : (m,) arrays
        Places of the first loss after the entry and of the last one not after the exit; a spell is at risk at
        ``first <= place <= last``. Strata follow each other on one clock.
    event : (m,) array
        Place of the own loss; -1 without.
    weight : (m,) array
        Equal rows counted together.
    design : (m, p) array
        Centred and scaled covariates.
    bounds : (strata + 1,) array
        Where the clock of each stratum begins.
    row : (rows,) array
        Spell of each row given.
    """

    first: Ints
    last: Ints
    event: Ints
    weight: Array
    design: Array
    bounds: Ints
    row: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowFit:
    """A fit, and the score of each row at it in units of the coefficients (U V: R's ``dfbeta``, (rows, p))."""

    fit: CoxFit
    shifts: Array

    def robust_covariance(self, cluster: ArrayLike | None = None) -> Array:
        """Sum over clusters of squared shifts times G / (G - 1); a row is a cluster, unless told otherwise."""
        shifts = self.shifts
        if cluster is not None:
            _, place = np.unique(np.asarray(cluster), return_inverse=True)
            shifts = np.column_stack([np.bincount(place, weights=column) for column in shifts.T])
        return np.asarray(shifts.T @ shifts * len(shifts) / (len(shifts) - 1))


def cox_rows(
    stop: ArrayLike,
    lost: ArrayLike,
    x: ArrayLike,
    *,
    start: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    ties: Ties = "efron",
) -> RowFit:
    """Fit what `cxlab.maths.cox.cox` fits, from one row a spell: at risk where start < t <= stop.

    Parameters
    ----------
    stop : (rows,) array
        End of the time at risk.
    lost : (rows,) array of bool
        Whether it ended in a loss.
    x : (rows, p) array
        Covariates.
    start : (rows,) array, optional
        Entry, 0 unless told. A customer whose covariates change has several rows, each but the last without loss.
    strata : (rows,) array, optional
        Each stratum has its own baseline.
    names : sequence of str, optional
        What the columns stand for, in words.

    Raises
    ------
    ValueError
        If rows end before they begin, or covariates have holes: named and counted.
    FitError
        If coefficients have no finite value: named.
    """
    stop, lost = np.asarray(stop, dtype=float), np.asarray(lost).astype(bool)
    design = np.asarray(x, dtype=float).reshape(len(stop), -1)
    start = np.zeros(len(stop)) if start is None else np.asarray(start, dtype=float)
    words = names_of(design, names)
    _refuse(start, stop, lost, design, words)
    centre, scale = design.mean(axis=0), design.std(axis=0)
    spells = _spells(start, stop, lost, (design - centre) / scale, strata)

    def likelihood(b: Array) -> Moments:
        return _moments(spells, b, ties=ties)

    try:
        b, here, steps = highest(likelihood, start=np.zeros(design.shape[1]))
    except FitError:
        raise FitError(NO_VALUES.format(", ".join(words))) from None
    far = [name for name, value in zip(words, b, strict=True) if abs(value) > FARTHEST]
    if far:
        raise FitError(NO_VALUES.format(", ".join(far)))
    covariance = np.linalg.inv(here.information)
    shifts = (_pulls(spells, b, ties=ties) @ covariance / scale)[spells.row]
    fit = CoxFit(
        coefficients=b / scale, covariance=covariance / np.outer(scale, scale), log_likelihood=here.log_likelihood,
        log_likelihood_null=likelihood(np.zeros_like(b)).log_likelihood, ties=ties, steps=steps,
    )  # fmt: skip
    return RowFit(fit=fit, shifts=shifts)


def _refuse(start: Array, stop: Array, lost: NDArray[np.bool_], design: Array, names: Sequence[str]) -> None:
    refuse_nulls(design, names)
    short = int((~(stop > start)).sum())
    if short:
        raise ValueError(f"every row must stop after it starts; {short} of {len(stop)} rows do not")
    refuse_plain(design, lost, names=names)


def _spells(start: Array, stop: Array, lost: NDArray[np.bool_], design: Array, strata: ArrayLike | None) -> Spells:
    """Lay rows on the clock and count equal ones together."""
    group = np.zeros(len(stop), dtype=np.int64)
    if strata is not None:
        group = np.unique(np.asarray(strata), return_inverse=True)[1].astype(np.int64)
    first, last, event = (np.full(len(stop), -1, dtype=np.int64) for _ in range(3))
    bounds = [0]
    for stratum in range(int(group.max(initial=0)) + 1):
        mine = group == stratum
        clock = np.unique(stop[mine & lost])
        first[mine] = bounds[-1] + np.searchsorted(clock, start[mine], side="right")
        last[mine] = bounds[-1] + np.searchsorted(clock, stop[mine], side="right") - 1
        bounds.append(bounds[-1] + len(clock))
    event[lost] = last[lost]
    every = np.column_stack([first, last, event, design])
    unique, row, count = np.unique(every, axis=0, return_inverse=True, return_counts=True)
    return Spells(
        **{name: unique[:, place].astype(np.int64) for place, name in enumerate(("first", "last", "event"))},
        weight=count.astype(float), design=np.ascontiguousarray(unique[:, 3:]), bounds=np.array(bounds),
        row=row.reshape(-1),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """At some coefficients, per loss time: tie sums, covariates summed by risk; and the losses' own place."""

    risk: Array
    ties: TieSums
    count: Array
    xr: Array
    xt: Array


def _sums(spells: Spells, b: Array, *, ties: Ties) -> tuple[_Sums, float]:
    eta = spells.design @ b
    shift = float(eta.max())
    risk = np.exp(eta - shift)
    held, own = spells.weight * risk, spells.event >= 0
    size, where = int(spells.bounds[-1]), spells.event[own]

    def lost(values: Array) -> Array:
        return np.bincount(where, weights=values[own], minlength=size).astype(float)

    count = lost(spells.weight)
    columns = range(spells.design.shape[1])
    xr = np.column_stack([_at_risk(spells, held * spells.design[:, c]) for c in columns])
    xt = np.column_stack([lost(held * spells.design[:, c]) for c in columns])
    sums = tie_sums(_at_risk(spells, held), lost(held), count, ties=ties)
    return _Sums(risk=risk, ties=sums, count=count, xr=xr, xt=xt), shift


def _at_risk(spells: Spells, values: Array) -> Array:
    """Sum of values over who is at risk at each time: all who end there or later but those who enter later."""
    size = int(spells.bounds[-1])
    there = spells.last >= spells.first
    ends = np.bincount(spells.last[there], weights=values[there], minlength=size)
    late = there & ~np.isin(spells.first, spells.bounds)
    entries = np.bincount(spells.first[late] - 1, weights=values[late], minlength=size)
    found = np.empty(size)
    for begin, end in zip(spells.bounds, spells.bounds[1:], strict=False):
        found[begin:end] = (np.cumsum(ends[begin:end][::-1]) - np.cumsum(entries[begin:end][::-1]))[::-1]
    return found


def _between(spells: Spells, steps: Array) -> Array:
    """Sum of steps over the time at risk of each spell."""
    so_far = np.concatenate([np.zeros((1, *steps.shape[1:])), np.cumsum(steps, axis=0)])
    return np.asarray(so_far[np.maximum(spells.last + 1, spells.first)] - so_far[spells.first])


def _moments(spells: Spells, b: Array, *, ties: Ties) -> Moments:
    """Log-likelihood, score and information: X'diag(h)X minus rank-one terms, as for counts."""
    found, shift = _sums(spells, b, ties=ties)
    sums, x, own = found.ties, spells.design, spells.event >= 0
    h = _between(spells, sums.w)
    h[own] -= sums.fw[spells.event[own]]
    h *= found.risk * spells.weight
    gone = spells.weight * own
    likelihood = float(gone @ (x @ b) - sums.logs.sum() - found.count.sum() * shift)
    cross = found.xr.T @ (sums.fww[:, None] * found.xt)
    rank_one = found.xr.T @ (sums.ww[:, None] * found.xr) - cross - cross.T
    rank_one += found.xt.T @ (sums.ffww[:, None] * found.xt)
    return Moments(
        log_likelihood=likelihood, score=x.T @ (gone - h), information=x.T @ (h[:, None] * x) - rank_one
    )


def _pulls(spells: Spells, b: Array, *, ties: Ties) -> Array:
    """Score of each spell, (m, p); Efron's ties as in R."""
    found, _ = _sums(spells, b, ties=ties)
    sums, x, own = found.ties, spells.design, spells.event >= 0
    place = spells.event[own]
    mean = sums.ww[:, None] * found.xr - sums.fww[:, None] * found.xt
    pull = -found.risk[:, None] * (_between(spells, sums.w)[:, None] * x - _between(spells, mean))
    plain = (sums.w[:, None] * found.xr - sums.fw[:, None] * found.xt) / found.count[:, None]
    back = sums.fww[:, None] * found.xr - sums.ffww[:, None] * found.xt
    pull[own] += x[own] - plain[place]
    pull[own] += found.risk[own, None] * (sums.fw[place, None] * x[own] - back[place])
    return np.asarray(pull)
