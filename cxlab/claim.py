"""What every question builds its findings with: tables, estimates, checks, and which groups may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.finding import TABLE_TAIL, Check, Estimate, Finding, Label, Message, Shape, Unit, Withheld
from cxlab.maths.jackknife import BUCKETS, FEWEST_BUCKETS
from cxlab.quarter import Quarter

COVARIATES = ("plan", "region", "acq_source", "segment", "offer")
"""Columns of ``lives`` an event may name in its scope."""


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


def cluster_check(buckets: int | None) -> Check:
    """Say whether links inside accounts are in the interval, and whether the buckets are enough."""
    if buckets is None:
        return Check(name="links", passed=None, message=Message("check.links_not_counted"))
    if buckets < FEWEST_BUCKETS:
        values = {"n": buckets, "least": FEWEST_BUCKETS}
        return Check(name="links", passed=False, message=Message("check.too_few_accounts", values))
    if buckets < BUCKETS:
        return Check(name="links", passed=None, message=Message("check.indicative", {"n": buckets}))
    return Check(name="links", passed=True, message=Message("check.links_counted", {"n": buckets}))


def hidden_check(hidden: int, *, least: int) -> Check:
    """Say how many groups are left out because they, or what they complete, are too small."""
    if hidden:
        return Check(name="hidden", passed=None, message=Message("check.hidden", {"n": hidden, "least": least}))
    return Check(name="hidden", passed=True, message=Message("check.nothing_hidden", {"least": least}))


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


def scope_of(events: pd.DataFrame, *, first: object, close: object) -> tuple[str, tuple[str, ...]] | None:
    """Read whom the latest event of a quarter concerned: a column of ``lives`` and its codes.

    Parameters
    ----------
    events : DataFrame
        Table ``events``: ``date`` and ``scope`` (``column=code,code``; empty = everyone).
    first, close : date
        First day of the quarter and first day after it.

    Examples
    --------
    >>> events = pd.DataFrame({"date": ["2026-07-01"], "scope": ["plan=en90,en120"]})
    >>> scope_of(events, first="2026-07-01", close="2026-10-01")
    ('plan', ('en90', 'en120'))
    """
    if events.empty:
        return None
    days = pd.to_datetime(events["date"])
    within = events[(days >= pd.Timestamp(first)) & (days < pd.Timestamp(close))]  # type: ignore[arg-type]
    for scope in within.assign(day=days).sort_values("day", ascending=False)["scope"]:
        of, _, codes = str(scope or "").partition("=")
        if of in COVARIATES and codes:
            return of, tuple(code.strip() for code in codes.split(",") if code.strip())
    return None
