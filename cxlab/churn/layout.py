"""Evidence frames laid out as arrays, and findings without a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.evidence.bucket import BUCKETS
from cxlab.finding import TABLE_TAIL, Check, Estimate, Finding, Label, Message, Shape, Unit, Withheld
from cxlab.maths.jackknife import FEWEST_BUCKETS
from cxlab.quarter import Quarter

Counts = NDArray[np.int64]


def needs(frame: pd.DataFrame, *columns: str, source: str) -> None:
    """Refuse evidence that lacks columns.

    Raises
    ------
    ValueError
        Naming all of them and how to get them.
    """
    missing = [column for column in columns if column not in frame]
    if missing:
        raise ValueError(
            f"{source} must give {', '.join(columns)}; {', '.join(missing)} not among {', '.join(frame.columns)}"
        )


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

    lost = risk[lost_columns(risk)].sum(axis=1)
    return RiskGrid(codes=codes, at_risk=laid(risk["at_risk"]), lost=laid(lost))


def bucket_grid(risk: pd.DataFrame) -> RiskGrid | None:
    """One row of counts per bucket, all `BUCKETS` of them; None where the table has no buckets."""
    if "bucket" not in risk:
        return None
    found = risk_grid(risk.assign(bucket=risk["bucket"].astype(int)), by="bucket")
    shape = (BUCKETS, found.at_risk.shape[1])
    at_risk, lost = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    rows = [int(code) for code in found.codes]
    at_risk[rows], lost[rows] = found.at_risk, found.lost
    return RiskGrid(codes=tuple(map(str, range(BUCKETS))), at_risk=at_risk, lost=lost)


def occupied(counts: Counts) -> int:
    """Buckets in which anybody is: rows of ``counts`` that are not all zero."""
    return int(counts.reshape(len(counts), -1).any(axis=1).sum())


def cluster_check(buckets: int | None) -> Check:
    """Say whether links inside accounts are in the interval, and whether the buckets are enough."""
    if buckets is None:
        return Check(name="links", passed=None, message=Message("churn.check.links_not_counted"))
    if buckets < FEWEST_BUCKETS:
        values = {"n": buckets, "least": FEWEST_BUCKETS}
        return Check(name="links", passed=False, message=Message("churn.check.too_few_accounts", values))
    if buckets < BUCKETS:
        return Check(name="links", passed=None, message=Message("churn.check.indicative", {"n": buckets}))
    return Check(name="links", passed=True, message=Message("churn.check.links_counted", {"n": buckets}))


def hidden_check(hidden: int, *, least: int) -> Check:
    """Say how many groups are left out because they, or what they complete, are too small."""
    if hidden:
        return Check(
            name="hidden", passed=None, message=Message("churn.check.hidden", {"n": hidden, "least": least})
        )
    return Check(name="hidden", passed=True, message=Message("churn.check.nothing_hidden", {"least": least}))


def shown(sizes: NDArray[np.float64], *, least: int) -> NDArray[np.bool_]:
    """Which groups may be shown: those of ``least`` or more, as long as the hidden ones together are as many.

    Hidden groups smaller than that follow from the total, so the smallest shown one is hidden with them.

    Parameters
    ----------
    sizes : (groups,) array
        Customers of each group; empty groups need no hiding.
    """
    show = sizes >= least
    if 0 < sizes[~show].sum() < least and show.any():
        show[np.argmin(np.where(show, sizes, np.inf))] = False
    return np.asarray(show, dtype=bool)


def empty_table(*columns: str) -> pd.DataFrame:
    """Build a finding's table without rows."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in columns}).assign(
        **{name: pd.Series(dtype="float64") for name in TABLE_TAIL}
    )


def estimates(values: object, low: object, high: object, n: object) -> dict[str, object]:
    """Build the last four columns of a finding's table."""
    return dict(zip(TABLE_TAIL, (values, low, high, n), strict=True))


def estimate_of(row: Mapping[Any, Any] | pd.Series[Any], *, unit: Unit, level: float) -> Estimate:
    """Estimate of a table's row."""
    value, low, high = (float(row[name]) for name in TABLE_TAIL[:3])
    return Estimate(value=value, low=low, high=high, unit=unit, n=int(row["n"]), level=level)


def finding(
    name: str,
    *,
    about: Quarter,
    rule: str,
    headline: Estimate | None,
    message: Message,
    table: pd.DataFrame,
    shape: Shape,
    method: Message,
    checks: tuple[Check, ...] = (),
    replicates: NDArray[np.float64] | None = None,
) -> Finding:
    """Build a finding; without a headline the message is the reason it is withheld."""
    return Finding(
        name=name, about=about, definition=rule, headline=headline or Withheld(message), message=message,
        table=table, shape=shape, method=method, checks=checks, replicates=replicates,
    )  # fmt: skip


def labels(of: str, codes: list[str]) -> tuple[Label, ...]:
    """Labels of several codes."""
    return tuple(Label(of=of, code=code) for code in codes)
