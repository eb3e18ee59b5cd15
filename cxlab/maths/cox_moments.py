"""The Cox likelihood of counts with its slope and curvature: laid out once, asked at many coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.maths.ties import Ties, tie_sums

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

SPARE = 2
"""Strata are laid under each other where that takes at most as many times the cells they have by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Log-likelihood, score (p,) and information (p, p) at some coefficients, weighted over time."""

    log_likelihood: float
    score: Array
    information: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Times of losses of one stratum, or of several under each other.

    Parameters
    ----------
    both : (2, k, g) array
        At risk at each time, and lost at it, per pattern.
    count : (k,) array
        Lost at each time, at least 1.
    times : (k,) array
        Place of each time in the counts.
    design : (g, p) array
        Covariates of each pattern, no two alike.
    """

    both: Array
    count: Array
    times: Ints
    design: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """Which patterns of counts go where in a block: the same for all counts of one design.

    Parameters
    ----------
    patterns : (g,) array
        Places in the counts.
    stratum, kind : (g,) arrays
        Stratum of each, and which row of ``design`` it has.
    design : (kinds, p) array
        Covariates, no two rows alike.
    """

    patterns: Ints
    stratum: Ints
    kind: Ints
    design: Array

    @classmethod
    def of(cls, design: Array, strata: Ints) -> tuple[Layout, ...]:
        """Return one layout of all strata where they share their patterns, else one of each."""
        every = cls._of(np.arange(len(strata)), design, strata)
        size = int(strata.max(initial=0)) + 1
        if size * len(every.design) <= SPARE * max(len(strata), len(every.design)):
            return (every,)
        return tuple(cls._of(np.flatnonzero(strata == each), design, strata * 0) for each in range(size))

    @classmethod
    def _of(cls, patterns: Ints, design: Array, strata: Ints) -> Layout:
        values, kind = np.unique(design[patterns], axis=0, return_inverse=True)
        return cls(patterns=patterns, stratum=strata[patterns], kind=kind.reshape(-1), design=values)

    def block(self, at_risk: Array, lost: Array) -> Block:
        """Lay counts (times by patterns) out, without the times at which nobody of a stratum is lost."""
        shape = (len(at_risk), int(self.stratum.max(initial=0)) + 1, len(self.design))
        where = np.ravel_multi_index((self.stratum, self.kind), shape[1:])
        order = np.argsort(where, kind="stable")
        first = np.flatnonzero(np.diff(where[order], prepend=-1))
        flat = np.zeros((2, len(at_risk), shape[1] * shape[2]))
        for side, counts in zip(flat, (at_risk, lost), strict=True):
            mine = counts[:, self.patterns[order]]
            alike = len(first) < len(order)
            side[:, where[order][first]] = np.add.reduceat(mine, first, axis=1) if alike else mine
        every = flat.reshape(2, *shape)
        used = every[1].any(axis=2)
        both = every[:, used]
        return Block(both=both, count=both[1].sum(axis=1), times=np.nonzero(used)[0], design=self.design)


def laid(at_risk: Array, lost: Array, layouts: Sequence[Layout]) -> tuple[Block, ...]:
    """Lay counts (times by patterns) out."""
    return tuple(layout.block(at_risk, lost) for layout in layouts)


def moments(blocks: Sequence[Block], b: Array, *, ties: Ties, weights: Array | None = None) -> Moments:
    """Log-likelihood, score and information, each time weighted by ``weights`` (1, unless told).

    The information is X'diag(h)X minus rank-one terms: no array of times by columns by columns is made.
    """
    likelihood, score, information = 0.0, np.zeros(len(b)), np.zeros((len(b), len(b)))
    for block in blocks:
        mine = _moments(block, b, ties=ties, weights=weights)
        likelihood += mine.log_likelihood
        score += mine.score
        information += mine.information
    return Moments(log_likelihood=likelihood, score=score, information=information)


def _moments(block: Block, b: Array, *, ties: Ties, weights: Array | None) -> Moments:
    x, count = block.design, block.count
    weight = np.ones(len(count)) if weights is None else weights[block.times]
    eta = x @ b
    shift = float(eta.max(initial=0.0))
    risk = np.exp(eta - shift)
    n, t = block.both @ np.column_stack(
        [risk, risk[:, None] * x]
    )  # (k, 1 + p): summed risks, then times covariates
    sums = tie_sums(n[:, 0], t[:, 0], count, ties=ties)
    gone = weight @ block.both[1]
    held = (weight * sums.w) @ block.both[0] - (weight * sums.fw) @ block.both[1]
    h, xr, xt = risk * held, n[:, 1:], t[:, 1:]
    crossed = (weight * sums.fww)[:, None]
    rank_one = xr.T @ ((weight * sums.ww)[:, None] * xr - crossed * xt)
    rank_one += xt.T @ ((weight * sums.ffww)[:, None] * xt - crossed * xr)
    return Moments(
        log_likelihood=float(gone @ eta - weight @ (sums.logs + count * shift)),
        score=x.T @ (gone - h), information=x.T @ (h[:, None] * x) - rank_one,
    )  # fmt: skip
