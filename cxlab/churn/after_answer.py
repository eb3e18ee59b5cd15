"""Who is still a customer months after which answer: curves from the closes the answers were known at."""

from __future__ import annotations

import pandas as pd

from cxlab.churn.curves import curve, points, staying_at
from cxlab.claim import cluster_check, empty_table, finding, hidden_check, needs
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.quarter import Quarter

NAME = "churn.after_answer"
MONTHS = "months_since_close"

ORDER = ("detractor", "passive", "promoter", "silent")
"""Groups of an answer, the unhappy first."""


def after_answer(
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    horizon_months: int = 12,
    until_months: int = 24,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share still customers so many months after the close their answer was known at: Kaplan-Meier by group.

    Parameters
    ----------
    risk : DataFrame
        ``landmark_table(lives, answers_known(panel, quarters=...), by=["grp"], window=..., bucket=True)`` by day.
        Several closes are stacked: whoever answered in two quarters counts from both, which leaving accounts out
        bucket by bucket allows for.
    quarter : Quarter
        The quarter of the report.
    horizon_months, until_months : int
        Months of the headline; of the end of the curves.
    minimum : int
        A curve stops where fewer are followed.

    Returns
    -------
    Finding
        ``churn.after_answer``: table: ``grp``, ``months_since_close``, then the share; n = customers
        still followed. Headline: detractors, else the group that keeps fewest. Withheld where no group was
        followed as long.
    """
    needs(risk, "tenure", "grp", "bucket", "at_risk", "lost", source="the landmark table")
    parts, ends, buckets = [], {}, 0
    codes = [code for code in ORDER if code in set(risk["grp"])]
    for code in codes:
        found, full = curve(risk[risk["grp"] == code], minimum=minimum)
        line, staying = (
            points(found, until=until_months, level=level), staying_at(found, months=horizon_months, level=level)
        )  # fmt: skip
        if staying is not None:
            line = line.rename(columns={"tenure_months": MONTHS}).assign(grp=code)
            parts.append(line[["grp", *line.columns.drop("grp")]])
            ends[code] = staying
            buckets = min(buckets or full or 0, full or 0)
    values: dict[str, Value] = {"months": horizon_months, "horizon_months": horizon_months}
    headline, message = None, Message(f"{NAME}.too_short", {**values, "least": minimum})
    if ends:
        headline, message = _said(ends, values)
    return finding(
        NAME, about=quarter, rule=definition("from the close of the answer", horizon_months=horizon_months),
        headline=headline, message=message, shape="number", method=Message("churn.method.after_answer"),
        table=pd.concat(parts, ignore_index=True) if parts else empty_table("grp", MONTHS),
        checks=(hidden_check(len(codes) - len(ends), least=minimum), cluster_check(buckets)) if ends else (),
    )  # fmt: skip


def _said(ends: dict[str, Estimate], values: dict[str, Value]) -> tuple[Estimate, Message]:
    """Set detractors, else those who stay least, against promoters, else those who stay most."""
    first = ORDER[0] if ORDER[0] in ends else min(ends, key=lambda code: ends[code].value)
    most = "promoter" if "promoter" in ends else max(ends, key=lambda code: ends[code].value)
    values = {**values, "group": Label(of="grp", code=first), "staying": ends[first]}
    if most == first:
        return ends[first], Message(f"{NAME}.one", values)
    other: dict[str, Value] = {"other": Label(of="grp", code=most), "other_staying": ends[most]}
    return ends[first], Message(NAME, values | other)
