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
Kind = Literal["constant", "none_lost", "all_lost", "full_set", "redundant", "separated"]

NOBODY = "proportional hazards need someone lost; got nobody"

SURE = 1e-8
"""Share of the largest spread of covariates above which the smallest is not zero for certain."""

REASONS: dict[Kind, str] = {
    "constant": "{} does not vary among those at risk when someone was lost; leave it out",
    "none_lost": "nobody with {} was lost; leave the level out or merge it with another",
    "all_lost": "nobody without {} was lost; leave the level out or merge it with another",
    "full_set": "{others} and {} are all the levels there are; leave one out to compare the others with",
    "redundant": "{} follows from {others}; leave it out",
    "separated": "{}, with the other columns, ranks all losses perfectly; leave it out or merge levels",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why a column cannot be estimated.

    Parameters
    ----------
    column : int
        Place in the design.
    kind : str
        ``constant``: does not vary among those at risk when someone was lost; ``none_lost``: none of those who
        have it were lost; ``all_lost``: none of those who lack it were lost; ``full_set``: it and ``others`` are
        dummies of all the levels there are; ``redundant``: follows from ``others``; ``separated``: with others it
        ranks all losses perfectly.
    others : tuple of int
        The columns it follows from, in their order.
    """

    column: int
    kind: Kind
    others: tuple[int, ...] = ()


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
    if _both_ways(x, pairs):
        return []
    found = [Unfit(column=c, kind=kind) for c in range(x.shape[1]) if (kind := _plain(x[:, c], d, pairs))]
    if found:
        return found
    events, others = np.nonzero(pairs)
    differences = np.unique(x[events] - x[others], axis=0)
    following = _following(differences)
    if following is not None:
        column, earlier = following
        return [Unfit(column=column, kind=_kind_of(x[:, [*earlier, column]]), others=earlier)]
    direction = _separating(differences)
    return [] if direction is None else [Unfit(column=int(np.argmax(np.abs(direction))), kind="separated")]


def names_of(design: Array, names: Sequence[str] | None) -> tuple[str, ...]:
    """Names of the columns of a design: those given, else their places.

    Raises
    ------
    ValueError
        Unless there is one name per column.
    """
    words = tuple(names) if names is not None else tuple(f"column {c + 1}" for c in range(design.shape[1]))
    if len(words) != design.shape[1]:
        raise ValueError(f"one name per column of the design: {design.shape[1]} needed; got {len(words)}")
    return words


def refuse_nulls(design: Array, names: Sequence[str]) -> None:
    """Refuse a design with holes.

    Raises
    ------
    ValueError
        Naming every column with a missing or infinite value, and in how many rows.
    """
    holes = (~np.isfinite(design)).sum(axis=0)
    if holes.any():
        said = ", ".join(
            f"{name} ({count} of {len(design)} rows)" for name, count in zip(names, holes, strict=True) if count
        )
        raise ValueError(
            f"these columns have missing or infinite values: {said}; fill them or leave those rows out"
        )


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
        raise FitError(NOBODY)
    found = unfit(at_risk, lost, design, strata=strata)
    if found:
        problems = [
            REASONS[each.kind].format(names[each.column], others=" and ".join(names[c] for c in each.others))
            for each in found
        ]
        raise FitError("these coefficients have no finite value", problems)


def refuse_plain(design: Array, lost: NDArray[np.bool_], *, names: Sequence[str]) -> None:
    """Refuse rows nobody of whom was lost, and columns whose coefficient cannot be finite for a plain reason.

    Parameters
    ----------
    design : (rows, p) array
        Covariates without holes.
    lost : (rows,) array
        Whether the row ended in a loss.

    Raises
    ------
    FitError
        Listing every column in words; columns that follow from others only where no column is plainly unfit.
    """
    if not lost.any():
        raise FitError(NOBODY)
    problems = [
        REASONS[kind].format(name)
        for name, column in zip(names, design.T, strict=True)
        if (kind := _plain_kind(column, gone=lost.astype(float), varies=np.ptp(column) > 0))
    ]
    following = None if problems else _following(design - design.mean(axis=0))
    if following is not None:
        column, others = following
        words = " and ".join(names[c] for c in others)
        problems = [REASONS[_kind_of(design[:, [*others, column]])].format(names[column], others=words)]
    if problems:
        raise FitError("these coefficients have no finite value", problems)


def _kind_of(together: Array) -> Kind:
    """Whether columns that follow from each other are the dummies of all levels."""
    dummies = np.isin(together, (0, 1)).all() and (together.sum(axis=1) == 1).all()
    return "full_set" if dummies else "redundant"


def _together(n: Array, d: Array, strata: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(g, g): pattern of the row lost somebody while the pattern of the column was at risk, same stratum."""
    met = (d > 0).astype(float).T @ (n > 0).astype(float) > 0
    return np.asarray(met & (strata[:, None] == strata[None, :]), dtype=bool)


def _both_ways(x: Array, pairs: NDArray[np.bool_]) -> bool:
    """Whether losses alone show that every coefficient is finite.

    Where either of two patterns lost somebody while the other was at risk, no direction that never ranks a loss
    below those at risk tells the two apart. Where the differences of such pairs span all columns, no direction is
    left: nothing separates, follows from others, or does not vary. The sum of their squares is X'(D - A)X, A the
    pairs and D how many each pattern has.
    """
    met = (pairs & pairs.T).astype(float)
    centred = x - x.mean(axis=0)
    scale = np.abs(centred).max(axis=0, initial=0.0)
    scaled = centred / np.where(scale > 0, scale, 1.0)
    spread = scaled.T @ (met.sum(axis=1)[:, None] * scaled - met @ scaled)
    steep = np.linalg.eigvalsh(spread)
    return bool(len(steep) and steep[0] > SURE * steep[-1])


def _plain(x: Array, d: Array, pairs: NDArray[np.bool_]) -> Kind | None:
    events, others = np.nonzero(pairs)
    return _plain_kind(x, gone=d.sum(axis=0), varies=bool((x[events] != x[others]).any()))


def _plain_kind(x: Array, *, gone: Array, varies: bool) -> Kind | None:
    """Plain reason why a column has no coefficient, given how many were lost with each of its values."""
    if not varies:
        return "constant"
    if set(np.unique(x)) <= {0.0, 1.0}:
        if not gone[x == 1].any():
            return "none_lost"
        if not gone[x == 0].any():
            return "all_lost"
    return None


def _following(differences: Array) -> tuple[int, tuple[int, ...]] | None:
    """First column that is a sum of multiples of earlier ones, and those; None if there is none."""
    scale = np.abs(differences).max(axis=0)
    scaled = differences / np.where(scale > 0, scale, 1.0)
    if np.linalg.matrix_rank(scaled) == differences.shape[1]:
        return None
    column = next(c for c in range(scaled.shape[1]) if np.linalg.matrix_rank(scaled[:, : c + 1]) <= c)
    weights = np.linalg.lstsq(scaled[:, :column], scaled[:, column], rcond=None)[0]
    return column, tuple(place for place, weight in enumerate(weights) if abs(weight) > 1e-8)


def _separating(differences: Array) -> Array | None:
    """Direction along which everyone lost ranks at least as high as all at risk, and somewhere higher.

    Along it the likelihood rises for ever; found by a linear programme over the unit box.
    """
    scaled = differences / np.abs(differences).max(axis=0)
    solved = optimize.linprog(-scaled.sum(axis=0), A_ub=-scaled, b_ub=np.zeros(len(scaled)), bounds=(-1, 1))
    if solved.status != 0 or -solved.fun < 1e-7:
        return None
    return np.asarray(solved.x, dtype=float)
