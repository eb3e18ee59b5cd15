"""How satisfied those are who name a theme."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding
from cxlab.errors import FitError
from cxlab.evidence.themes import NO_CODE
from cxlab.finding import Finding, Label, Message, Unit, Value, definition
from cxlab.maths import intervals
from cxlab.maths.jackknife import BUCKETS
from cxlab.maths.theme_score import Means, Scored, means
from cxlab.quarter import Quarter
from cxlab.voc.shares import Sample, readings_of, sample_of

Measure = Literal["nps", "csat"]
UNITS: dict[Measure, Unit] = {"nps": "points", "csat": "score"}
SCALE: dict[Measure, float] = {"nps": 100.0, "csat": 1.0}
"""Sums are of -1, 0, 1 for NPS; the page speaks of points."""

RULE = "mean score of texts that name a theme, coded part corrected by the adjudicated one"


def score(
    counts: pd.DataFrame,
    named: Finding | None = None,
    *,
    quarter: Quarter,
    measure: Measure | None = None,
    level: float = 0.95,
    minimum: int = 10,
    adjudicator: str = "team",
) -> Finding:
    """Mean score among the texts that name each theme, and among those that do not.

    Parameters
    ----------
    counts : DataFrame
        ``theme_table(texts, readings, quarters=[quarter], bucket=True)``.
    named : Finding, optional
        ``voc.themes``: only its themes are shown.
    quarter : Quarter
        The quarter to answer for.
    measure : {"nps", "csat"}, optional
        NPS in points, or the mean rating; the one more texts have, unless told. They are never pooled.
    minimum : int
        Themes that fewer texts with a score name are not shown.
    adjudicator : str
        The coder whose readings settle what the others disagree on.

    Returns
    -------
    Finding
        ``voc.score``: table: ``theme``, ``others`` (mean of the texts that do not name it), then the mean of those
        that do, lowest first; n = texts naming it, with a score. Headline: the theme with the lowest mean.
        Intervals by leaving out buckets of accounts, t.
    """
    sample = sample_of(counts, quarter=quarter, adjudicator=adjudicator)
    rows = counts[(counts["quarter"] == str(quarter)) & (counts["code"] != NO_CODE)]
    of = measure or _measure(rows)
    if named is not None:
        rows = rows[rows["code"].isin(named.table["theme"])]
    rows, ends = _one_scale(rows, measure=of)
    unit, found, shared = UNITS[of], [], False
    for code, part in rows.groupby("code"):
        scored = _scored(part, sample=sample, measure=of, adjudicator=adjudicator)
        n = _named(scored)
        shared = shared or n >= minimum
        if n >= minimum and (row := _row(means(scored), n=n, measure=of, ends=ends, level=level)) is not None:
            found.append({"theme": str(code), **row})
    rule = definition(RULE, measure=of, way=sample.way)
    method = Message(f"voc.method.score_{of}")
    if not found:
        alone = Message("voc.score.alone", {})
        message = alone if shared else Message("voc.score.nothing", {"least": minimum})
        return finding(
            "voc.score", about=quarter, rule=rule, headline=None, message=message,
            table=empty_table("theme", "others"), shape="bars", method=method,
        )  # fmt: skip
    table = pd.DataFrame(found).sort_values(["estimate", "theme"], ignore_index=True)
    first = table.iloc[0]
    headline = estimate_of(first, unit=unit, level=level)
    values: dict[str, Value] = {
        "theme": Label(of="theme", code=str(first["theme"])), "score": headline, "others": float(first["others"]),
        "quarter": quarter,
    }  # fmt: skip
    return finding(
        "voc.score", about=quarter, rule=rule, headline=headline, message=Message(f"voc.score.{of}", values),
        table=table, shape="bars", method=method, checks=(cluster_check(int(rows["bucket"].nunique())),),
    )  # fmt: skip


def _measure(rows: pd.DataFrame) -> Measure:
    return "csat" if rows["csat_texts"].sum() > rows["nps_texts"].sum() else "nps"


def _one_scale(rows: pd.DataFrame, *, measure: Measure) -> tuple[pd.DataFrame, tuple[float, float]]:
    """Rows of the commonest scale, and its ends as far as they are known."""
    if measure == "nps" or rows.empty:
        return rows, (-1.0, 1.0)
    scale = float(rows.groupby("scale_max")["csat_texts"].sum().idxmax())
    return rows[rows["scale_max"] == scale], (0.0, scale or np.inf)


def _scored(rows: pd.DataFrame, *, sample: Sample, measure: Measure, adjudicator: str) -> Scored:
    """Lay the rows out by pattern of readings and bucket."""
    names = [f"read_{coder}" for coder in sample.coders]
    names += [name for name in (f"read_{adjudicator}",) if name in rows and name not in names]
    patterns = pd.DataFrame(rows.groupby(names, as_index=False)[["texts"]].sum())
    read = readings_of(patterns, sample=sample, adjudicator=adjudicator)
    seen = (patterns[[f"read_{coder}" for coder in sample.coders]] >= 0).any(axis=1)
    place = patterns[seen][names].assign(place=range(int(seen.sum())))
    laid = rows.merge(place, on=names)

    def grid(name: str) -> NDArray[np.float64]:
        cells = laid["place"].to_numpy() * BUCKETS + laid["bucket"].to_numpy(dtype=int)
        flat = np.bincount(cells, weights=laid[name].to_numpy(dtype=float), minlength=len(place) * BUCKETS)
        return np.asarray(flat.reshape(len(place), BUCKETS), dtype=float)

    texts, sums, squares = (grid(f"{measure}_{part}") for part in ("texts", "sum", "squares"))
    return Scored(coded=read.coded, judged=read.judged, texts=texts, sums=sums, squares=squares)


def _named(scored: Scored) -> int:
    """Texts with a score that name the theme: judged where any were, else coded."""
    said = scored.coded if np.isnan(scored.judged).all() else np.nan_to_num(scored.judged)
    return round(float(said @ scored.texts.sum(axis=1)))


def _row(
    found: Means, *, n: int, measure: Measure, ends: tuple[float, float], level: float
) -> dict[str, object] | None:
    """One theme's row; None where nobody else is left to hold it against, leaving a bucket out leaves nothing to
    average, or all scores are alike.
    """
    replicates = np.append(found.named_without, [found.named, found.others])
    if not np.isfinite(replicates).all() or np.ptp(replicates[:-1]) < 1e-12:
        return None
    try:
        spread = found.spread()
    except FitError:
        return None
    low, high = intervals.symmetric(found.named, np.sqrt(spread.variance), level=level, degrees=spread.degrees)
    scale = SCALE[measure]
    value, below, above = (float(end) * scale for end in np.clip([found.named, float(low), float(high)], *ends))
    return {"others": found.others * scale, **estimates(value, below, above, n)}
