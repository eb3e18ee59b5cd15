"""Chances to stay by numbers measured row by row, graded on accounts they were not fitted on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.curves import days_of
from cxlab.churn.measured import comparable, design_of
from cxlab.claim import cluster_check, empty_table, estimates, finding, needs
from cxlab.errors import FitError
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.brier import brier
from cxlab.maths.cox_rows import cox_rows
from cxlab.maths.jackknife import BUCKETS
from cxlab.quarter import Quarter

Array = NDArray[np.float64]

NAME = "churn.measured_graded"

STEPS = 50
"""Groups of like chances in which customers are counted; each is graded by its mean chance."""


def measured_graded(
    spells: pd.DataFrame,
    *,
    of: Sequence[str],
    quarter: Quarter,
    by: str = "plan",
    horizon_months: int = 12,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """How much nearer to who stayed chances by measured numbers come than one chance for all (Brier).

    Each half of the buckets of accounts is graded by the fit to the other half; whoever is not seen to the horizon
    is stood for by those who are (inverse probability of being in sight). The interval leaves out one bucket of
    the graded accounts at a time.

    Parameters
    ----------
    spells : DataFrame
        ``measured_spells(...)`` of spells seen from their first day.
    of, by
        As for `measured`.
    horizon_months : int
        Months after which is looked who stayed.

    Returns
    -------
    Finding
        ``churn.measured_graded``: headline the share of Brier's score that is saved (gain), table: ``kind``
        (model, one_rate), then the score. Withheld, in words, where somebody entered late: who left before coming
        into sight was never seen, and cannot be graded; and where the horizon was not reached.
    """
    needs(spells, "entry", "stop", "lost", by, "bucket", *of, source="measured_spells(...)")
    known, compared, checks = comparable(spells, of=of, by=by)
    day = days_of(horizon_months)
    late = int((known["entry"] > 0).sum())
    values: dict[str, Value] = {"months": horizon_months, "n": len(known)}
    reason = None
    if late:
        reason = Message(f"{NAME}.late", {"late": late, "all": len(known)})
    elif not compared or (known["stop"] > day).sum() < minimum or known["lost"].sum() < minimum:
        reason = Message(f"{NAME}.too_short", {**values, "least": minimum})
    table, gain, full = empty_table("kind"), None, int(known["bucket"].nunique())
    if reason is None:
        try:
            gain, table = _graded(known, of=compared, by=by, day=day, level=level)
        except FitError:
            reason = Message(f"{NAME}.unfit", values)
        checks = (*checks, cluster_check(full))
    message = reason or Message(NAME, values)
    if gain is not None:
        score, flat = table["estimate"]
        variables = tuple(Label(of="term", code=name) for name in compared)
        said: dict[str, Value] = {"gain": gain, "score": float(score), "flat": float(flat), "variables": variables}
        said |= {"by": Label(of="term", code=by)}
        case = "" if gain.low is not None and gain.low > 0 else ".no_better"
        message = Message(f"{NAME}{case}", {**values, **said})
    return finding(
        NAME, about=quarter, rule=definition("Brier by row", of=sorted(of), strata=by, months=horizon_months),
        headline=gain, message=message, table=table, shape="number",
        method=Message("churn.method.measured_graded"), checks=checks,
    )  # fmt: skip


def _graded(
    rows: pd.DataFrame, *, of: Sequence[str], by: str, day: int, level: float
) -> tuple[Estimate, pd.DataFrame]:
    """Gain with its interval, and the two scores."""
    chance = np.empty(len(rows))
    half = (rows["bucket"].to_numpy() % 2).astype(bool)
    x, _ = design_of(rows, of)
    for graded in (half, ~half):
        chance[graded] = _chances(rows, x, by=by, fitted=~graded, graded=graded, day=day)
    order = np.argsort(np.argsort(chance, kind="stable"), kind="stable")
    step = order * STEPS // len(rows)
    mean = np.bincount(step, weights=chance, minlength=STEPS) / np.maximum(np.bincount(step, minlength=STEPS), 1)
    n, d = _counts(rows, step, day=day)
    whole = _brier(n.sum(axis=0), d.sum(axis=0), mean, day=day)
    out = [
        _brier(n.sum(axis=0) - of_n, d.sum(axis=0) - of_d, mean, day=day) for of_n, of_d in zip(n, d, strict=True)
    ]
    occupied = int((n.reshape(BUCKETS, -1).sum(axis=1) > 0).sum())
    spread = jackknife.spread([1 - score / flat for score, flat in out], occupied=occupied)
    value = 1 - whole[0] / whole[1]
    low, high = intervals.symmetric(value, np.sqrt(spread.variance), level=level, degrees=spread.degrees)
    gain = Estimate(value=value, low=float(low), high=float(high), unit="share", n=len(rows), level=level)
    scores = np.array(whole)
    return gain, pd.DataFrame({"kind": ["model", "one_rate"], **estimates(scores, scores, scores, len(rows))})


def _chances(
    rows: pd.DataFrame, x: Array, *, by: str, fitted: NDArray[np.bool_], graded: NDArray[np.bool_], day: int
) -> Array:
    """Chance of the graded rows to stay beyond ``day``: exp(-L0 exp(x b)) with Breslow's L0, of the others."""
    stop, lost = (rows[name].to_numpy()[fitted] for name in ("stop", "lost"))
    group = rows[by].to_numpy(dtype=str)
    fit = cox_rows(stop, lost, x[fitted], strata=group[fitted]).fit
    risk = np.exp(x @ fit.coefficients)
    found = np.zeros(len(rows))
    for code in np.unique(group):
        mine = group[fitted] == code
        at_risk = np.bincount(stop[mine], weights=risk[fitted][mine], minlength=day + 1)
        at_risk = np.cumsum(at_risk[::-1])[::-1][: day + 1]
        gone = np.bincount(stop[mine & lost], minlength=day + 1)[: day + 1]
        steps = np.divide(gone, at_risk, out=np.zeros(day + 1), where=at_risk > 0)
        found[group == code] = steps.sum()
    return np.asarray(np.exp(-found * risk)[graded])


def _counts(rows: pd.DataFrame, step: NDArray[np.int64], *, day: int) -> tuple[Array, Array]:
    """At risk and lost on days 1 ... day + 1, by bucket and step: (buckets, days, steps)."""
    stop = np.minimum(rows["stop"].to_numpy(), day + 1)
    lost = rows["lost"].to_numpy() & (rows["stop"].to_numpy() <= day)
    place = (rows["bucket"].to_numpy() * (day + 1) + stop - 1) * STEPS + step
    shape = (BUCKETS, day + 1, STEPS)
    ended, gone = (
        np.bincount(place[of], minlength=int(np.prod(shape))).reshape(shape).astype(float)
        for of in (np.ones(len(rows), dtype=bool), lost)
    )
    return np.cumsum(ended[:, ::-1], axis=1)[:, ::-1], gone


def _brier(n: Array, d: Array, chance: Array, *, day: int) -> tuple[float, float]:
    found = brier(np.arange(1, day + 2), n, d, chance[:, None], until=[day])
    return float(found.score[0]), float(found.flat[0])
