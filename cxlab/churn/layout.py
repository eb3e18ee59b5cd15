"""Risk tables laid out as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import needs
from cxlab.maths.jackknife import BUCKETS

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskGrid:
    """Counts on a dense clock 1 ... T, summed over everything but one key.

    Parameters
    ----------
    codes : tuple of str
        Values of the key (``("",)`` without a key).
    at_risk : (codes, T) array
        Customers at risk.
    lost : (codes, T) array
        Customers lost, all columns together.
    """

    codes: tuple[str, ...]
    at_risk: Counts
    lost: Counts


def as_codes(risk: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Put places for the words of some columns: they are compared and grouped many times."""
    found = risk.copy(deep=False)
    for name in names:
        found[name] = risk[name].astype("category")
    return found


def lost_columns(risk: pd.DataFrame) -> list[str]:
    """Columns of losses: ``lost``, or one per cause."""
    return [str(name) for name in risk.columns if name == "lost" or str(name).startswith("lost_")]


def risk_grid(risk: pd.DataFrame, *, by: str | None = None) -> RiskGrid:
    """Sum a risk table over all keys but ``by`` and lay it out on a dense clock.

    Raises
    ------
    ValueError
        If ``by`` is no column of the table.
    """
    needs(risk, "tenure", "at_risk", *([by] if by else []), source="the risk table")
    clock = int(risk["tenure"].max()) if len(risk) else 0
    codes = tuple(sorted(risk[by].unique())) if by else ("",)
    row = pd.Categorical(risk[by], categories=codes).codes.astype(int) if by else np.zeros(len(risk), dtype=int)
    place = row * clock + risk["tenure"].to_numpy() - 1

    def laid(counts: pd.Series) -> Counts:
        flat = np.bincount(place, weights=counts.to_numpy(), minlength=len(codes) * clock)
        return np.rint(flat).astype(np.int64).reshape(len(codes), clock)

    at_risk = laid(risk["at_risk"])
    lost = sum((laid(risk[name]) for name in lost_columns(risk)), np.zeros_like(at_risk))
    return RiskGrid(codes=codes, at_risk=at_risk, lost=lost)


def bucket_grid(risk: pd.DataFrame) -> RiskGrid | None:
    """One row of counts per bucket, all `BUCKETS` of them; None where the table has no buckets."""
    if "bucket" not in risk:
        return None
    found = risk_grid(risk, by="bucket")
    shape = (BUCKETS, found.at_risk.shape[1])
    at_risk, lost = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    rows = [int(code) for code in found.codes]
    at_risk[rows], lost[rows] = found.at_risk, found.lost
    return RiskGrid(codes=tuple(map(str, range(BUCKETS))), at_risk=at_risk, lost=lost)


def occupied(counts: Counts) -> int:
    """Buckets in which anybody is: rows of ``counts`` that are not all zero."""
    return int(counts.reshape(len(counts), -1).any(axis=1).sum())
