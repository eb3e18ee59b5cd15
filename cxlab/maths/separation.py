"""Designs whose coefficients have no finite maximum, found before the fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from cxlab.errors import FitError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why a column cannot be estimated.

    Parameters
    ----------
    column : int
        Place in the design.
    kind : str
        ``constant``: does not vary among those at risk when someone was lost; ``none_lost``: none of those who
        have it were lost; ``all_lost``: none of those who lack it were lost; ``redundant``: follows from other
        columns; ``separated``: with others it ranks all losses perfectly.
    """

    column: int
    kind: Literal["constant", "none_lost", "all_lost", "redundant", "separated"]


def unfit(at_risk: ArrayLike, lost: ArrayLike, design: ArrayLike, *, strata: ArrayLike) -> list[Unfit]:
    """Columns that have no finite coefficient, the plain reasons first; empty where the model can be fitted.

    Parameters
    ----------
    at_risk, lost : (k, g) arrays
        Counts per time and pattern.
    design : (g, p) array
        Covariates.
    strata : (g,) array
        Stratum of each pattern.
    """
    n, d, x = (np.asarray(part, dtype=float) for part in (at_risk, lost, design))
    pairs = _together(n, d, np.asarray(strata))
    found = [Unfit(column=c, kind=kind) for c in range(x.shape[1]) if (kind := _plain(x[:, c], d, pairs))]
    if found:
        return found
    events, others = np.nonzero(pairs)
    differences = np.unique(x[events] - x[others], axis=0)
    rank = np.linalg.matrix_rank(differences)
    if rank < x.shape[1]:
        return [Unfit(column=_first_redundant(differences), kind="redundant")]
    direction = _separating(differences)
    return [] if direction is None else [Unfit(column=int(np.argmax(np.abs(direction))), kind="separated")]


def refuse_unfit(
    at_risk: ArrayLike, lost: ArrayLike, design: ArrayLike, *, strata: ArrayLike, names: Sequence[str]
) -> None:
    """Raise unless every column has a finite coefficient.

    Raises
    ------
    FitError
        Listing every column in words.
    """
    if not np.asarray(lost).any():
        raise FitError("proportional hazards need someone lost; got nobody")
    found = unfit(at_risk, lost, design, strata=strata)
    if found:
        reasons = {
            "constant": "{} does not vary among those at risk when someone was lost; leave it out",
            "none_lost": "nobody with {} was lost; leave the level out or merge it with another",
            "all_lost": "nobody without {} was lost; leave the level out or merge it with another",
            "redundant": "{} follows from the other columns; leave it out",
            "separated": "{}, with the other columns, ranks all losses perfectly; leave it out or merge levels",
        }
        problems = [reasons[each.kind].format(names[each.column]) for each in found]
        raise FitError("these coefficients have no finite value", problems)


def _together(n: Array, d: Array, strata: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(g, g): pattern of the row lost somebody while the pattern of the column was at risk, same stratum."""
    met = (d > 0).astype(float).T @ (n > 0).astype(float) > 0
    return np.asarray(met & (strata[:, None] == strata[None, :]), dtype=bool)


def _plain(x: Array, d: Array, pairs: NDArray[np.bool_]) -> Literal["constant", "none_lost", "all_lost", ""]:
    events, others = np.nonzero(pairs)
    differences = x[events] - x[others]
    if not differences.any():
        return "constant"
    if set(np.unique(x)) <= {0.0, 1.0}:
        losses = d.sum(axis=0)
        if not losses[x == 1].any():
            return "none_lost"
        if not losses[x == 0].any():
            return "all_lost"
    return ""


def _first_redundant(differences: Array) -> int:
    for column in range(differences.shape[1]):
        if np.linalg.matrix_rank(differences[:, : column + 1]) <= column:
            return column
    return int(differences.shape[1]) - 1


def _separating(differences: Array) -> Array | None:
    """Direction along which everyone lost ranks at least as high as all at risk, and somewhere higher.

    Along it the likelihood rises for ever; found by a linear programme over the unit box.
    """
    scaled = differences / np.abs(differences).max(axis=0)
    solved = optimize.linprog(-scaled.sum(axis=0), A_ub=-scaled, b_ub=np.zeros(len(scaled)), bounds=(-1, 1))
    if solved.status != 0 or -solved.fun < 1e-7:
        return None
    return np.asarray(solved.x, dtype=float)
