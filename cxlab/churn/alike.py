"""How many newcomers who differ in one thing only are still here later: a ratio said as people who stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.regression import Ratios, ratios_of
from cxlab.claim import empty_table, estimate_of, estimates, finding
from cxlab.evidence.risk import DAYS_PER_PERIOD
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths.cox import CoxFit
from cxlab.maths.cox_draws import Staying, baseline_draws, staying
from cxlab.quarter import DAYS_PER_MONTH, Period, Quarter

Array = NDArray[np.float64]
NAME = "churn.staying_alike"


def staying_alike(
    risk: pd.DataFrame,
    *,
    of: Sequence[str],
    quarter: Quarter,
    period: Period = "week",
    horizon_months: int = 12,
    reference: Mapping[str, str] | None = None,
    strata: Sequence[str] = (),
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share of newcomers still here after the horizon, of each level, everything else as in the reference.

    Predicted by a Cox regression with the baseline of the reference's stratum; intervals from 1,000 draws of
    coefficients and baseline together.

    Parameters
    ----------
    risk, of, reference, minimum
        As for `cxlab.churn.hazard_ratios`; columns also among ``strata`` are not compared.
    period : {"day", "week", "month", "quarter"}
        Clock of the risk table.
    strata : sequence of str
        Columns with a baseline of their own; predicted for the ones of ``reference``, else those most lost.

    Returns
    -------
    Finding
        ``churn.staying_alike``: table: ``of``, ``code``, ``alike`` (share of the reference), then the share; n =
        customers of the level who left. Headline: the level that differs from the reference most surely. Withheld
        where a ratio changes with tenure, no ratio can be given, or nobody is seen as long.
    """
    compared = [name for name in of if name not in strata]
    found = ratios_of(risk, of=compared, strata=strata, reference=reference, minimum=minimum, level=level)
    time = horizon_months * DAYS_PER_MONTH / DAYS_PER_PERIOD[period]
    problem = _problem(found, time=time, months=horizon_months)
    table, headline, message = empty_table("of", "code", "alike"), None, problem or Message(f"{NAME}.nothing")
    within: tuple[Label, ...] = ()
    if problem is None and isinstance(found.fit, CoxFit) and found.table is not None:
        within = _within(found, strata=strata, reference=reference or {})
        told = _predicted(found, found.fit, within, strata=strata, time=time, level=level)
        table = _table(found, told)
        headline, message = _said(table, told, found, within, months=horizon_months, level=level)
    rule = definition("Cox prediction", of=sorted(compared), strata=sorted(strata), months=horizon_months)
    return finding(
        NAME, about=quarter, rule=rule, headline=headline, message=message, table=table, shape="number",
        method=Message("churn.method.staying_alike"), checks=found.checks,
    )  # fmt: skip


def _problem(found: Ratios, *, time: float, months: int) -> Message | None:
    """Say why no share can be predicted."""
    if found.table is None:
        return found.problem
    drifting = next((check for check in found.checks if check.name == "proportional" and not check.passed), None)
    if drifting is not None:
        return Message(f"{NAME}.drifting", drifting.message.values)
    if found.compared.risk["tenure"].max() < time:
        return Message(f"{NAME}.short", {"months": months})
    return None


def _within(found: Ratios, *, strata: Sequence[str], reference: Mapping[str, str]) -> tuple[Label, ...]:
    """Stratum predicted for: the reference's, else the one most left."""
    rows = found.compared.risk
    if not strata:
        return ()
    wanted = [reference.get(name) for name in strata]
    lost = rows.groupby(list(strata), observed=True)["lost"].sum()
    known = [key if isinstance(key, tuple) else (key,) for key in lost.index]
    chosen = tuple(wanted) if tuple(wanted) in known else known[int(lost.to_numpy().argmax())]
    return tuple(Label(of=name, code=str(code)) for name, code in zip(strata, chosen, strict=True))


def _predicted(
    found: Ratios, fit: CoxFit, within: tuple[Label, ...], *, strata: Sequence[str], time: float, level: float
) -> Staying:
    """Chances of the reference (first) and of it with one level changed, in the columns' order."""
    assert found.counts is not None
    place = 0
    if strata:
        rows = found.compared.risk[list(strata)].drop_duplicates().sort_values(list(strata))
        place = [tuple(map(str, row)) for row in rows.to_numpy()].index(tuple(label.code for label in within))
    covariance: Array | None = None
    if found.refits is not None:
        away = found.refits - found.refits.mean(axis=0)
        covariance = (len(away) - 1) / len(away) * away.T @ away
    drawn = baseline_draws(found.counts, fit, stratum=place, covariance=covariance)
    asked = np.vstack([np.zeros(len(fit.coefficients)), np.eye(len(fit.coefficients))])
    return staying(drawn, asked, [time], level=level)


def _table(found: Ratios, told: Staying) -> pd.DataFrame:
    assert found.table is not None
    share, low, high = (ends[1:, 0] for ends in (told.chance, told.low, told.high))
    return pd.DataFrame(
        {
            "of": found.table["of"],
            "code": found.table["code"],
            "alike": float(told.chance[0, 0]),
            **estimates(share, low, high, found.table["n"].to_numpy()),
        }
    )


def _said(
    table: pd.DataFrame, told: Staying, found: Ratios, within: tuple[Label, ...], *, months: int, level: float
) -> tuple[Estimate, Message]:
    """Say the level whose share differs from the reference's most surely, and the reference's."""
    apart = told.drawn[:, 1:, 0] - told.drawn[:, :1, 0]
    place = int(np.argmax(np.abs(apart.mean(axis=0)) / apart.std(axis=0)))
    row = table.iloc[place]
    group = Label(of=str(row["of"]), code=str(row["code"]))
    headline = estimate_of(row, unit="share", level=level)
    other = Estimate(
        value=float(told.chance[0, 0]), low=float(told.low[0, 0]), high=float(told.high[0, 0]), unit="share",
        level=level,
    )  # fmt: skip
    values: dict[str, Value] = {
        "group": group, "reference": Label(of=group.of, code=found.compared.reference[group.of]),
        "staying": headline, "other": other, "months": months,
    }  # fmt: skip
    if within:
        return headline, Message(f"{NAME}.within", values | {"within": within})
    return headline, Message(NAME, values)
