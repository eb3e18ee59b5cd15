"""Which groups' curves differ by more than chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.layout import bucket_grid, risk_grid
from cxlab.errors import FitError
from cxlab.finding import Check, Label, Message, Value
from cxlab.maths.pairwise import Pair, pairwise_log_rank

Counts = NDArray[np.int64]

REAL = 0.05
"""Below this adjusted p a pair of curves differs."""


def curves_apart(
    risk: pd.DataFrame, *, by: str, codes: Sequence[str], within: str | None = None
) -> tuple[Check, ...]:
    """Say how many pairs of groups stay differently, and which pair is the hardest to tell apart.

    Parameters
    ----------
    risk : DataFrame
        As for `retention_by`; with ``bucket`` accounts are linked, unless there are too few of them.
    codes : sequence of str
        Groups to compare; fewer than two: no check.
    within : str, optional
        Column within whose values groups are compared.
    """
    if len(codes) < 2:
        return ()
    n, d = _laid(risk, by=by, codes=codes, within=within, bucketed=False)
    pairs = _tested(risk, n, d, by=by, codes=codes, within=within)
    if not pairs:
        return (Check(name="log_rank", passed=None, message=Message("churn.check.curves_untested")),)
    alike = max(pairs, key=lambda each: (each.adjusted, each.p))
    values: dict[str, Value] = {"n": sum(each.adjusted < REAL for each in pairs), "all": len(pairs)}
    if alike.adjusted < REAL:
        return (Check(name="log_rank", passed=True, message=Message("churn.check.curves_apart", values)),)
    values |= {name: Label(of=by, code=codes[at]) for name, at in (("a", alike.first), ("b", alike.second))}
    return (Check(name="log_rank", passed=None, message=Message("churn.check.curves_alike", values)),)


def _tested(
    risk: pd.DataFrame, n: Counts, d: Counts, *, by: str, codes: Sequence[str], within: str | None
) -> list[Pair]:
    if "bucket" in risk:
        buckets = _laid(risk, by=by, codes=codes, within=within, bucketed=True)
        try:
            return pairwise_log_rank(n, d, buckets=buckets)
        except FitError:
            pass  # too few accounts: customers are taken one by one
    return pairwise_log_rank(n, d)


def _laid(
    risk: pd.DataFrame, *, by: str, codes: Sequence[str], within: str | None, bucketed: bool
) -> tuple[Counts, Counts]:
    """Counts ([buckets], strata, days, groups)."""
    clock = int(risk["tenure"].max())
    strata = [risk] if within is None else [rows for _, rows in risk.groupby(within)]
    sides: tuple[list[Counts], list[Counts]] = ([], [])
    for rows in strata:
        grids = [_dense(rows[rows[by] == code], clock=clock, bucketed=bucketed) for code in codes]
        for side, place in zip(sides, (0, 1), strict=True):
            side.append(np.stack([grid[place] for grid in grids], axis=-1))
    n, d = (np.stack(side, axis=1 if bucketed else 0) for side in sides)
    return n, d


def _dense(rows: pd.DataFrame, *, clock: int, bucketed: bool) -> tuple[Counts, Counts]:
    """Counts of one group: (days,) or (buckets, days)."""
    grid = bucket_grid(rows) if bucketed else risk_grid(rows)
    assert grid is not None
    n, d = (np.pad(side, ((0, 0), (0, clock - side.shape[1]))) for side in (grid.at_risk, grid.lost))
    return (n, d) if bucketed else (n[0], d[0])
