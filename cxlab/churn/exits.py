"""Why they go: the ways to leave, each kept apart."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.curves import days_of
from cxlab.churn.layout import RiskGrid, bucket_grid, lost_columns, occupied, risk_grid
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.competing import Incidence, aalen_johansen
from cxlab.quarter import DAYS_PER_MONTH, Quarter

Array = NDArray[np.float64]


def exits(
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    of: Literal["reason", "cause"] = "reason",
    horizon_months: int = 12,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share of newcomers who left for each reason by the horizon: Aalen-Johansen with late entry.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, window=..., causes="reason")`` (or ``"cause"``) by day; other keys are summed over.
        With ``bucket`` the intervals are the leave-one-bucket-out ones.
    of : {"reason", "cause"}
        What the columns of losses are codes of.
    minimum : int
        Withheld when fewer are at risk before the horizon; reasons fewer customers gave are left out.

    Returns
    -------
    Finding
        ``churn.exits``: table: ``of``, ``alone`` (what 1 - Kaplan-Meier would claim, every other exit taken for
        censoring), then the share; n = customers who left for it. Headline: the most common one.
    """
    names = [name for name in lost_columns(risk) if name != "lost"]
    if "lost" in risk:
        raise ValueError(f"exits needs risk_table(..., causes={of!r}); got columns {', '.join(risk.columns)}")
    day = days_of(horizon_months)
    at_risk = risk_grid(risk).at_risk[0, :day]
    rule = definition("cumulative incidence, Aalen-Johansen with late entry", of=of, months=horizon_months)
    method = Message("churn.method.exits")
    buckets = bucket_grid(risk)
    checks = (cluster_check(None if buckets is None else occupied(buckets.at_risk)),)
    if not names or len(at_risk) < day or (at_risk < minimum).any():
        few = np.flatnonzero(at_risk < minimum)
        reached = float((few[0] if len(few) else len(at_risk)) / DAYS_PER_MONTH)
        values: dict[str, Value] = {"months": horizon_months, "least": minimum, "reached": reached}
        message = Message("churn.exits.too_few" if names else "churn.exits.none", values)
        return finding(
            "churn.exits", about=quarter, rule=rule, headline=None, message=message,
            table=empty_table(of, "alone"), shape="bars", method=method, checks=checks,
        )  # fmt: skip
    table = _table(risk, names, of=of, day=day, level=level)
    table = table[table["n"] >= minimum].sort_values("estimate", ascending=False, ignore_index=True)
    headline, message = _headline(table, of=of, months=horizon_months, level=level)
    return finding(
        "churn.exits", about=quarter, rule=rule, headline=headline, message=message, table=table, shape="bars",
        method=method, checks=(_hidden(len(names) - len(table), least=minimum), *checks),
    )  # fmt: skip


def _table(risk: pd.DataFrame, names: list[str], *, of: str, day: int, level: float) -> pd.DataFrame:
    """Row per reason: share that left for it by the day, and what it would read alone."""
    lost = np.column_stack([_one(risk, name).lost[0, :day] for name in names])
    found = aalen_johansen(np.arange(1, day + 1), risk_grid(risk).at_risk[0, :day], lost)
    low, high = _ends(risk, names, found, day=day, level=level)
    return pd.DataFrame(
        {
            of: [name.removeprefix("lost_") for name in names],
            "alone": found.alone[-1],
            **estimates(found.share[-1], low, high, lost.sum(axis=0)),
        }
    )


def _one(risk: pd.DataFrame, name: str) -> RiskGrid:
    keep = [column for column in risk if column not in lost_columns(risk)]
    return risk_grid(risk[[*keep, name]])


def _ends(
    risk: pd.DataFrame, names: list[str], found: Incidence, *, day: int, level: float
) -> tuple[Array, Array]:
    """Interval at the horizon: leaving buckets out where there are buckets enough, else the formula's."""
    low, high = (ends[-1] for ends in found.interval(level=level))
    buckets = bucket_grid(risk)
    if buckets is None:
        return low, high
    keep = [column for column in risk if column not in lost_columns(risk)]
    parts = [bucket_grid(risk[[*keep, name]]) for name in names]
    d = np.stack([part.lost[:, :day] for part in parts if part is not None], axis=2)
    n = buckets.at_risk[:, :day]
    times = np.arange(1, day + 1)
    stay = [1 - aalen_johansen(times, n.sum(axis=0) - n[b], d.sum(axis=0) - d[b]).share[-1] for b in range(len(n))]
    try:
        spread = jackknife.spread(np.log(np.maximum(stay, 1e-12)), occupied=occupied(buckets.at_risk))
    except FitError:
        return low, high
    below, above = intervals.log_log(1 - found.share[-1], spread.variance, level=level, degrees=spread.degrees)
    return 1 - above, 1 - below


def _hidden(hidden: int, *, least: int) -> Check:
    if hidden:
        values = {"n": hidden, "least": least}
        return Check(name="hidden", passed=None, message=Message("churn.check.hidden_reasons", values))
    return Check(name="hidden", passed=True, message=Message("churn.check.all_reasons"))


def _headline(table: pd.DataFrame, *, of: str, months: int, level: float) -> tuple[Estimate | None, Message]:
    if table.empty:
        return None, Message("churn.exits.none", {"months": months})
    first = table.iloc[0]
    share = estimate_of(first, unit="share", level=level)
    values: dict[str, Value] = {
        "reason": Label(of=of, code=first[of]),
        "left": share,
        "months": months,
        "alone": float(first["alone"]),
        "all": float(table["estimate"].sum()),
    }
    return share, Message("churn.exits", values)
