"""Waiting beside ease: what a minute on hold goes with."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import cluster_check, empty_table, estimates, finding, needs, shown
from cxlab.evidence.waiting import EDGES, SUMS, WAIT_BANDS
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.jackknife import BUCKETS, FEWEST_BUCKETS
from cxlab.maths.ratings import mean_ends
from cxlab.maths.strata import common_slope
from cxlab.nps.groups import hidden
from cxlab.quarter import Quarter

QUARTERS = 4
"""A year of contacts, so that every season is in it once."""


def waiting(
    sums: pd.DataFrame, *, quarter: Quarter, level: float = 0.95, minimum: int = 10, free: int = EDGES[0]
) -> Finding | None:
    """Mean ease by how long customers waited, and its slope per minute, over the four quarters up to this one.

    Speaks of the touchpoint and scale most of these answers were given on.

    Parameters
    ----------
    sums : DataFrame
        ``waiting_sums(responses, invitations, interactions, free=free)``.
    minimum : int
        Bands with fewer answers, and a band that would give the only hidden one away, are left out.
    free : int
        Minutes that count as no waiting, as in the sums.

    Returns
    -------
    Finding or None
        ``nps.waiting``: headline the slope, points of the scale per minute above the free ones, quarters compared
        within themselves, by leaving out buckets of accounts; table: mean ease by ``wait_band``. None where no
        answer is about a contact with a known wait.
    """
    keys = ("quarter", "touchpoint", "scale_min", "scale_max")
    needs(sums, *keys, "wait_band", "bucket", *SUMS, source="waiting_sums")
    year = [str(quarter - back) for back in range(QUARTERS)]
    rows = sums[sums["quarter"].isin(year)]
    if rows.empty:
        return None
    sizes = rows.groupby(list(keys[1:]))["answers"].sum()
    touchpoint, *ends = sizes.index[int(np.argmax(sizes.to_numpy()))]
    scale = (float(ends[0]), float(ends[1]))
    rows = rows[
        (rows["touchpoint"] == touchpoint) & (rows["scale_min"] == scale[0]) & (rows["scale_max"] == scale[1])
    ]
    table, left_out = _bands(rows, scale=scale, level=level, minimum=minimum)
    slope = _slope(rows, quarters=year, level=level) if len(table) > 1 else None
    occupied = int(rows["bucket"].nunique())
    return finding(
        "nps.waiting", about=quarter, rule=definition("ease on minutes waited", free=free, scale=scale),
        headline=slope, message=_message(slope, table, touchpoint, scale=scale, free=free, least=minimum),
        table=table, shape="bars", method=Message("nps.method.waiting", {"free": free, "quarters": QUARTERS}),
        checks=(hidden(left_out, least=minimum), cluster_check(occupied)),
    )  # fmt: skip


def _bands(
    rows: pd.DataFrame, *, scale: tuple[float, float], level: float, minimum: int
) -> tuple[pd.DataFrame, int]:
    """Mean ease of each band that may be shown, and how many may not."""
    held = rows.groupby("wait_band")[list(SUMS)].sum().reindex(list(WAIT_BANDS), fill_value=0)
    n = held["answers"].to_numpy(dtype=float)
    show = shown(n.copy(), least=max(minimum, 2))
    left_out = int((~show & (n > 0)).sum())
    if not show.any():
        return empty_table("wait_band"), left_out
    held, n = held[show], n[show]
    mean = held["score"].to_numpy(dtype=float) / n
    spread = np.maximum(held["score_squares"].to_numpy(dtype=float) - n * mean**2, 0) / (n - 1)
    low, high = mean_ends(mean, spread, n, scale=scale, level=level)
    table = pd.DataFrame({"wait_band": list(held.index), "scale_min": scale[0], "scale_max": scale[1]})
    return table.assign(**estimates(mean, low, high, n.astype(int))), left_out  # type: ignore[arg-type]


def _slope(rows: pd.DataFrame, *, quarters: list[str], level: float) -> Estimate | None:
    """Slope per minute; None where nobody waited longer than others or accounts fill too few buckets."""
    laid = np.zeros((BUCKETS, len(quarters), len(SUMS)))
    place = pd.Categorical(rows["quarter"], categories=quarters).codes.astype(int)
    np.add.at(laid, (rows["bucket"].to_numpy(), place), rows[list(SUMS)].to_numpy(dtype=float))
    value = float(_per_minute(laid.sum(axis=0)))
    left_out = _per_minute(laid.sum(axis=0) - laid)
    occupied = int((laid[..., 0].sum(axis=1) > 0).sum())
    if occupied < FEWEST_BUCKETS or not np.isfinite([value, *left_out]).all():
        return None
    found = jackknife.spread(left_out, occupied=occupied)
    low, high = intervals.symmetric(value, np.sqrt(found.variance), level=level, degrees=found.degrees)
    n = int(laid[..., 0].sum())
    return Estimate(value=value, low=float(low), high=float(high), unit="score", n=n, level=level)


def _per_minute(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    n, x, y, xx, xy, _ = np.moveaxis(sums, -1, 0)
    return 60 * common_slope(n, x, y, xx, xy)


def _message(
    slope: Estimate | None,
    table: pd.DataFrame,
    touchpoint: str,
    *,
    scale: tuple[float, float],
    free: int,
    least: int,
) -> Message:
    at: dict[str, Value] = {"group": Label(of="touchpoint", code=touchpoint)}
    if slope is None or slope.low is None or slope.high is None:
        return Message("nps.waiting.too_few", {**at, "least": least})
    first, last = table.iloc[0], table.iloc[-1]
    at |= {"slope": slope, "free": free, "scale": int(scale[1])}
    at |= {"short": Label(of="wait_band", code=first["wait_band"]), "easy": float(first["estimate"])}
    at |= {"long": Label(of="wait_band", code=last["wait_band"]), "hard": float(last["estimate"])}
    case = "cannot_tell" if slope.low <= 0 <= slope.high else "falls" if slope.value < 0 else "rises"
    return Message(f"nps.waiting.{case}", at)
