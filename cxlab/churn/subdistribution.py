"""Who will have left for the most common reason, when whoever left for another one no longer can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.apart import REAL
from cxlab.churn.layout import bucket_grid, lost_columns, risk_grid
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding, hidden_check, needs
from cxlab.errors import FitError
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.cox import CoxCounts, cox, cox_counts
from cxlab.maths.fine_gray import fine_gray_counts
from cxlab.maths.multiplicity import holm
from cxlab.quarter import Quarter

Array = NDArray[np.float64]
NAME = "churn.subdistribution"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ways:
    """Counts (buckets or 1, periods, groups): at risk, lost for the reason, lost for any other."""

    at_risk: Array
    lost: Array
    otherwise: Array

    def summed(self, *, but: int | None = None) -> tuple[Array, Array, Array]:
        """Counts of all buckets, or of all but one."""
        every = (self.at_risk, self.lost, self.otherwise)
        n, d, other = (part.sum(axis=0) - (0 if but is None else part[but]) for part in every)
        return n, d, other


def subdistribution(
    risk: pd.DataFrame,
    *,
    by: str,
    quarter: Quarter,
    reference: str = "",
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Ratios of how many will have left for the most common reason: Fine and Gray's model, by group.

    Beside each stands the cause-specific ratio, which takes every other exit for censoring. Only customers seen
    from their first day: who left otherwise before the window opened was never seen, so with late entry it is
    refused.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(joined, by=[by], window=..., period="week", causes="reason", bucket=True)`` of those who
        joined inside the window.
    by : str
        Column of the groups; those fewer than ``minimum`` left for the reason are left out.
    reference : str
        The group the others are compared with; the one most left, unless told.

    Returns
    -------
    Finding
        ``churn.subdistribution``: table: ``of``, ``code``, ``reference``, ``alone`` (the cause-specific ratio),
        ``p`` (Holm over the table), then the ratio; n = customers of the group who left for the reason. Headline:
        the one furthest from 1.
    """
    needs(risk, "tenure", "at_risk", by, source="the risk table")
    names = [name for name in lost_columns(risk) if name != "lost"]
    if "lost" in risk:
        raise ValueError(f"subdistribution needs risk_table(..., causes='reason'); got {', '.join(risk.columns)}")
    reason = max(names, key=lambda name: int(risk[name].sum()), default="")  # nobody who joined has left yet
    losses = risk.groupby(by)[reason].sum() if reason else pd.Series(dtype="int64")
    codes = [str(code) for code in losses.index[losses >= minimum]]
    values: dict[str, Value] = {"reason": Label(of="reason", code=reason.removeprefix("lost_")), "least": minimum}
    table, message = empty_table("of", "code", "reference"), Message(f"{NAME}.too_few", values)
    buckets = int(risk["bucket"].nunique()) if "bucket" in risk else None
    if len(codes) > 1:
        first = reference if reference in codes else str(losses.loc[codes].idxmax())
        try:
            table = _ratios(risk, codes, by=by, reason=reason, names=names, first=first, level=level)
            message = _said(table, values, level=level)
        except FitError:
            message = Message(f"{NAME}.late", values)
    headline: Estimate | None = None
    if len(table):
        headline = estimate_of(_furthest(table), unit="ratio", level=level)
    return finding(
        NAME, about=quarter, rule=definition("Fine-Gray", by=by, reason=reason), headline=headline,
        message=message, table=table, shape="forest", method=Message("churn.method.subdistribution"),
        checks=(hidden_check(len(losses) - len(codes), least=minimum), cluster_check(buckets)),
    )  # fmt: skip


def _laid(risk: pd.DataFrame, codes: list[str], *, by: str, reason: str, names: list[str]) -> _Ways:
    clock = int(risk["tenure"].max())
    keep = [name for name in risk if name not in names]
    others = [name for name in names if name != reason]
    parts: Mapping[str, list[Array]] = {"at_risk": [], "lost": [], "otherwise": []}
    for code in codes:
        rows = risk[risk[by] == code]
        for name, columns in (("lost", [reason]), ("otherwise", others)):
            mine = rows[[*keep, *columns]]
            grid = bucket_grid(mine) if "bucket" in risk else risk_grid(mine)
            assert grid is not None
            wide = ((0, 0), (0, clock - grid.lost.shape[1]))
            parts[name].append(np.pad(grid.lost, wide).astype(float))
            if name == "lost":
                parts["at_risk"].append(np.pad(grid.at_risk, wide).astype(float))
    return _Ways(**{name: np.stack(columns, axis=-1) for name, columns in parts.items()})


def _ratios(
    risk: pd.DataFrame, codes: list[str], *, by: str, reason: str, names: list[str], first: str, level: float
) -> pd.DataFrame:
    ways = _laid(risk, codes, by=by, reason=reason, names=names)
    compared = [code for code in codes if code != first]
    design = np.array([[float(code == column) for column in compared] for code in codes])
    words = [f"{by} = {code}" for code in compared]
    n, d, other = ways.summed()
    fit = cox(fine_gray_counts(n, d, other, design=design, names=words))
    alone = cox(cox_counts(np.arange(1, len(n) + 1), n, d, design=design, names=words))
    errors, degrees = fit.errors, None
    held = np.flatnonzero(ways.at_risk.any(axis=(1, 2)))
    if "bucket" in risk and len(held) >= jackknife.FEWEST_BUCKETS:
        left_out = [_again(ways, int(bucket), design, start=fit.coefficients) for bucket in held]
        spread = jackknife.spread(left_out)
        errors, degrees = np.sqrt(spread.variance), spread.degrees
    low, high = intervals.symmetric(fit.coefficients, errors, level=level, degrees=degrees)
    rows: list[dict[str, Any]] = []
    for place, code in enumerate(compared):
        p = jackknife.p_of(float(fit.coefficients[place]), float(errors[place]), degrees=degrees)
        ratio, below, above = np.exp([fit.coefficients[place], low[place], high[place]])
        row = {
            "of": by,
            "code": code,
            "reference": first,
            "alone": float(np.exp(alone.coefficients[place])),
            "p": p,
        }
        rows.append({**row, **estimates(ratio, below, above, int(d[:, codes.index(code)].sum()))})
    return pd.DataFrame(rows).assign(p=holm([row["p"] for row in rows]))


def _again(ways: _Ways, bucket: int, design: Array, *, start: Array) -> Array:
    """Coefficients with a bucket left out."""
    counts: CoxCounts = fine_gray_counts(*ways.summed(but=bucket), design=design)
    return cox(counts, start=start).coefficients


def _furthest(table: pd.DataFrame) -> pd.Series[Any]:
    return table.iloc[int(np.argmax(np.abs(np.log(table["estimate"].to_numpy(dtype=float)))))]


def _said(table: pd.DataFrame, values: dict[str, Value], *, level: float) -> Message:
    row = _furthest(table)
    ratio = estimate_of(row, unit="ratio", level=level)
    group, first = (Label(of=str(row["of"]), code=str(row[name])) for name in ("code", "reference"))
    values = {**values, "group": group, "reference": first, "ratio": ratio, "alone": float(row["alone"])}
    return Message(NAME if float(row["p"]) < REAL else f"{NAME}.cannot_tell", values)
