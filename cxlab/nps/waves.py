"""Counts of one wave, whole or by group, laid out as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import needs
from cxlab.evidence.scores import ANSWERS, LINKS
from cxlab.finding import Estimate
from cxlab.maths import net_score
from cxlab.maths.jackknife import BUCKETS
from cxlab.maths.net_change import GROUPS
from cxlab.quarter import Quarter

Array = NDArray[np.float64]

RULE = "promoters (9, 10) less detractors (0 to 6), in points of those who answered"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wave:
    """Answers of one quarter, one row per group.

    Parameters
    ----------
    answers : (groups, 3) array
        Promoters, passives, detractors.
    effect : (groups,) array
        How many times the variance grows because accounts answer several times.
    """

    answers: Array
    effect: Array

    @property
    def n(self) -> Array:
        """Answers of each group."""
        return np.asarray(self.answers.sum(axis=1))

    @property
    def score(self) -> Array:
        """Score of each group in points; NaN where nobody answered."""
        return net_score.score(*self.answers.T)

    def estimate(self, group: int = 0, *, level: float) -> Estimate:
        """Score of a group somebody answered in, with its interval."""
        p, m, d = self.answers[group] / self.effect[group]
        low, high = net_score.adjusted_wald(p, m, d, level=level)
        value = float(self.score[group])
        return Estimate(
            value=value, low=min(value, float(low)), high=max(value, float(high)), unit="points",
            n=int(self.n[group]), level=level,
        )  # fmt: skip


def wave(
    counts: pd.DataFrame, *, quarter: Quarter, by: str | None = None, codes: Sequence[str] | None = None
) -> Wave:
    """Lay out one quarter of `score_counts`; keys that are not asked for are summed over.

    Raises
    ------
    ValueError
        If the frame lacks columns.
    """
    needs(counts, "quarter", *([by] if by else []), *ANSWERS, *LINKS, source="score_counts")
    rows = counts[counts["quarter"] == str(quarter)]
    groups = list(codes) if codes is not None else [""]
    if by:
        sums = rows.groupby(by)[[*ANSWERS, *LINKS]].sum().reindex(groups, fill_value=0)
    else:
        sums = rows[[*ANSWERS, *LINKS]].sum().to_frame().T
    values = sums.to_numpy(dtype=float)
    answers, links = values[:, : len(ANSWERS)], values[:, len(ANSWERS) :]
    effect = net_score.design_effect(*answers.T, **dict(zip(LINKS, links.T, strict=True)))
    return Wave(answers=answers, effect=effect)


def without_each_bucket(counts: pd.DataFrame, *, quarter: Quarter) -> Array | None:
    """Score with each bucket left out; None where the counts have no buckets or a bucket holds everybody."""
    if "bucket" not in counts:
        return None
    rows = counts[counts["quarter"] == str(quarter)]
    held = rows.groupby("bucket")[list(ANSWERS)].sum().reindex(range(BUCKETS), fill_value=0).to_numpy(dtype=float)
    left = net_score.score(*(held.sum(axis=0) - held).T)
    return left if np.isfinite(left).all() else None


def quarters_of(counts: pd.DataFrame, *, like: Quarter) -> list[Quarter]:
    """Quarters of a frame up to one of them, oldest first, in its fiscal year."""
    found = [Quarter.parse(str(text), first_month=like.first_month) for text in counts["quarter"].unique()]
    return sorted(each for each in found if each <= like)


def tables(
    pairs: pd.DataFrame, *, against: Quarter, by: str | None = None, codes: Sequence[str] | None = None
) -> Array:
    """Lay out `pairs` as (groups, 4, 4) counts: earlier wave by later wave, in the order of `GROUPS`.

    Raises
    ------
    ValueError
        If the frame lacks columns.
    """
    needs(pairs, "against", *([by] if by else []), "then", "now", "customers", source="pairs")
    rows = pairs[pairs["against"] == str(against)]
    groups = list(codes) if codes is not None else [""]
    size = len(GROUPS)
    place = pd.Categorical(rows[by], categories=groups).codes.astype(int) if by else np.zeros(len(rows), dtype=int)
    then, now = (pd.Categorical(rows[name], categories=GROUPS).codes.astype(int) for name in ("then", "now"))
    inside = place >= 0
    flat = (place * size + then) * size + now
    weights = rows["customers"].to_numpy(dtype=float)
    laid = np.bincount(flat[inside], weights=weights[inside], minlength=len(groups) * size * size)
    return np.asarray(laid.reshape(len(groups), size, size))
