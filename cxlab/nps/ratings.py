"""Satisfaction and effort, by touchpoint or by group, on the scale they were asked on; never pooled with NPS."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimates, finding, needs, shown
from cxlab.evidence.scores import Measure
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.ratings import mean_change, mean_ends, moments
from cxlab.nps.groups import COLUMNS, hidden
from cxlab.quarter import Quarter
from cxlab.verdicts import by_headline, verdicts

BAND = 0.05
"""Changes of a mean within plus or minus this share of the scale's length are too small to matter."""

Scale = tuple[float, float]
Moments = tuple[float, float, float]


def scale_of(counts: pd.DataFrame, *, quarter: Quarter) -> Scale | None:
    """Scale most answers of the quarter were given on; None without answers."""
    rows = counts[counts["quarter"] == str(quarter)].dropna(subset=["scale_min", "scale_max"])
    if rows.empty:
        return None
    scales = rows.groupby(["scale_min", "scale_max"], as_index=False)["answers"].sum()
    most = scales.loc[scales["answers"].idxmax()]
    return float(most["scale_min"]), float(most["scale_max"])


def ratings_by(
    counts: pd.DataFrame,
    *,
    measure: Measure,
    by: str,
    quarter: Quarter,
    name: str,
    level: float = 0.95,
    minimum: int = 10,
    arrows: int = 100,
) -> Finding | None:
    """Mean answer of each group, such as each touchpoint, and its change on the quarter before.

    Parameters
    ----------
    counts : DataFrame
        ``rating_counts(responses, measure=measure, by=[by])``.
    measure : {"csat", "ces"}
        Which answer; more is better in both.
    by : str
        Column of the groups.
    name : str
        Name of the finding: ``nps.touchpoints``, ``nps.effort``, ``nps.csat_by``.
    minimum, arrows : int
        As for `cxlab.nps.by`.

    Returns
    -------
    Finding or None
        One row per group on the scale most were asked on: ``by``, ``last``, ``change``, ``change_low``,
        ``change_high``, ``p``, ``verdict``; means by t, changes by Welch's t. None where nobody was ever asked.
    """
    needs(counts, "quarter", by, "scale_min", "scale_max", "value", "answers", source="rating_counts")
    if not len(counts) or set(counts[by]) == {""}:
        return None
    scale = scale_of(counts, quarter=quarter)
    rule = definition(f"mean {measure}", by=by, scale=scale)
    method = Message("nps.method.ratings")
    if scale is None:
        message = Message(f"{name}.too_few", {"least": minimum, "of": Label(of="term", code=by)})
        return finding(
            name, about=quarter, rule=rule, headline=None, message=message, table=empty_table(by, *COLUMNS),
            shape="bars", method=method,
        )  # fmt: skip
    inside = (counts["scale_min"] == scale[0]) & (counts["scale_max"] == scale[1])
    band = BAND * (scale[1] - scale[0])
    table, left_out = _table(
        counts[inside], by=by, quarter=quarter, scale=scale, level=level, minimum=minimum, arrows=arrows
    )
    headline, message = by_headline(
        table, stem=name, by=by, quarter=quarter, compared=bool(table["p"].notna().any()), least=minimum,
        unit="score", level=level,
    )  # fmt: skip
    message = Message(message.id, {**message.values, "scale": int(scale[1]), "band": band})
    others = counts[~inside & (counts["quarter"] == str(quarter))]
    checks = (hidden(left_out, least=minimum), *_other_scales(others))
    return finding(
        name, about=quarter, rule=rule, headline=headline, message=message, table=table, shape="bars",
        method=method, checks=checks,
    )  # fmt: skip


def _table(
    counts: pd.DataFrame, *, by: str, quarter: Quarter, scale: Scale, level: float, minimum: int, arrows: int
) -> tuple[pd.DataFrame, int]:
    codes = sorted(code for code in counts[by].unique() if code != "")
    now, then = (_moments(counts, by=by, quarter=each) for each in (quarter, quarter - 1))
    codes = [code for code in codes if code in now]
    show = shown(np.array([now[code][0] for code in codes], dtype=np.float64), least=max(minimum, 2))
    rows = []
    for code, visible in zip(codes, show, strict=True):
        if not visible:
            continue
        n, mean, variance = now[code]
        low, high = (float(end) for end in mean_ends(mean, variance, n, scale=scale, level=level))
        moved = {}
        if code in then and min(n, then[code][0]) >= arrows:
            moved = _moved(then[code], now[code], level=level)
        rows.append({by: code, **moved, **estimates(mean, low, high, int(n))})
    table = pd.DataFrame(rows).reindex(columns=[by, *COLUMNS, "estimate", "low", "high", "n"])
    table = table.assign(**dict(zip(("scale_min", "scale_max"), scale, strict=True)))
    table = table[[by, *COLUMNS, "scale_min", "scale_max", "estimate", "low", "high", "n"]]
    judged: list[str] | list[None] = [None] * len(table)
    if table["p"].notna().any():
        judged = verdicts(table, band=BAND * (scale[1] - scale[0]), low="change_low", high="change_high")
    table["verdict"] = pd.Series(judged, dtype="object")
    return table, int((~show).sum())


def _moments(counts: pd.DataFrame, *, by: str, quarter: Quarter) -> dict[str, Moments]:
    rows = counts[counts["quarter"] == str(quarter)]
    return {str(code): moments(group["value"], group["answers"]) for code, group in rows.groupby(by)}


def _moved(then: Moments, now: Moments, *, level: float) -> dict[str, float]:
    value, low, high, p = mean_change(then, now, level=level)
    return {"last": then[1], "change": value, "change_low": low, "change_high": high, "p": p}


def _other_scales(others: pd.DataFrame) -> tuple[Check, ...]:
    n = int(others["answers"].sum())
    if not n:
        return ()
    return (Check(name="scales", passed=None, message=Message("nps.check.other_scales", {"n": n})),)


def satisfaction(
    counts: pd.DataFrame, *, quarter: Quarter, level: float = 0.95, minimum: int = 10
) -> Finding | None:
    """Mean satisfaction of the general survey, and the share who chose the top of the scale.

    Parameters
    ----------
    counts : DataFrame
        ``rating_counts(responses, measure="csat", kind="relationship")``.

    Returns
    -------
    Finding or None
        ``nps.csat``: headline the mean; the share at the top stands in the sentence, by Wilson. None where the
        general survey does not ask for satisfaction.
    """
    scale = scale_of(counts, quarter=quarter)
    if scale is None:
        return None
    rows = counts[
        (counts["quarter"] == str(quarter)) & (counts["scale_min"] == scale[0]) & (counts["scale_max"] == scale[1])
    ]
    n, mean, variance = moments(rows["value"], rows["answers"])
    values: dict[str, Value] = {"quarter": quarter, "n": int(n), "least": minimum, "scale": int(scale[1])}
    headline, table = None, empty_table("quarter")
    message = Message("nps.csat.too_few", values)
    if n >= max(minimum, 2):
        low, high = (float(end) for end in mean_ends(mean, variance, n, scale=scale, level=level))
        headline = Estimate(value=mean, low=low, high=high, unit="score", n=int(n), level=level)
        table = pd.DataFrame([{"quarter": str(quarter), **estimates(mean, low, high, int(n))}])
        top = float(rows.loc[rows["value"] == scale[1], "answers"].sum())
        low, high = (float(end) for end in intervals.wilson(top, n, level=level))
        share = Estimate(value=top / n, low=low, high=high, unit="share", n=int(n), level=level)
        message = Message("nps.csat", {**values, "csat": headline, "top": share})
    return finding(
        "nps.csat", about=quarter, rule=definition("mean csat of the general survey", scale=scale),
        headline=headline, message=message, table=table, shape="number", method=Message("nps.method.ratings"),
    )  # fmt: skip
