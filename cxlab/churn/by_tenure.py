"""One ratio for all tenures, or not: the group whose ratio changes most, compared band by band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from cxlab.churn.layout import as_codes, lost_columns
from cxlab.churn.regression import Ratios, ratios_of
from cxlab.churn.tenure import band_code
from cxlab.claim import empty_table, estimate_of, finding
from cxlab.evidence.risk import DAYS_PER_PERIOD
from cxlab.finding import TABLE_TAIL, Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths.multiplicity import holm
from cxlab.maths.proportional import proportionality
from cxlab.quarter import DAYS_PER_MONTH, Period, Quarter

BANDS = (0, 3, 11)
"""Edges of tenure bands in months; the last is open, and a first year's contract ends inside it."""

NAME = "churn.ratio_by_tenure"


def ratio_by_tenure(
    risk: pd.DataFrame,
    *,
    of: Sequence[str],
    quarter: Quarter,
    period: Period = "week",
    reference: Mapping[str, str] | None = None,
    strata: Sequence[str] = (),
    bands: Sequence[int] = BANDS,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Ratio of the group that holds least alike over tenure, in each band of tenure.

    The band of a customer changes with time: a spell is cut at the edges, and in each band the model is fitted to
    the time spent there, with all its ratios free.

    Parameters
    ----------
    risk, of, reference, strata, minimum
        As for `cxlab.churn.hazard_ratios`.
    period : {"day", "week", "month", "quarter"}
        Clock of the risk table.
    bands : sequence of int
        Edges in months, ascending from 0; the last band is open.

    Returns
    -------
    Finding
        ``churn.ratio_by_tenure``: table: ``tenure_band``, then the ratio; n = customers of the group who left in
        the band. Headline: the highest ratio, said beside the lowest. Withheld where every ratio may hold for all
        tenures, or only one band has a ratio.
    """
    risk = as_codes(risk, [*of, *strata])
    everyone = _without_buckets(risk, [*of, *strata])
    whole = ratios_of(everyone, of=of, strata=strata, reference=reference, minimum=minimum, level=level)
    worst, checks, table = _most_drifting(whole), whole.compared.checks(least=minimum), empty_table("tenure_band")
    headline: Estimate | None = None
    message = Message(f"{NAME}.steady")
    if whole.table is None and whole.problem is not None:
        message = whole.problem
    if worst is not None:
        against = Label(of=worst.of, code=whole.compared.reference[worst.of])
        parts = _split(risk, bands=bands, width=DAYS_PER_PERIOD[period])
        table, more = _in_bands(parts, worst, against, of=of, strata=strata, minimum=minimum, level=level)
        headline, message = _said(table, worst, against, level=level)
        checks = (*checks, *more)
    rule = definition("ratio by tenure", of=sorted(of), strata=sorted(strata), bands=list(bands))
    return finding(
        NAME, about=quarter, rule=rule, headline=headline, message=message, table=table, shape="forest",
        method=Message("churn.method.ratio_by_tenure"), checks=checks,
    )  # fmt: skip


def _without_buckets(risk: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Sum buckets away: whether a ratio drifts is tested without them."""
    if "bucket" not in risk:
        return risk
    counts = ["at_risk", *lost_columns(risk)]
    return risk.groupby(["tenure", *keys], as_index=False, observed=True, dropna=False)[counts].sum()


def _most_drifting(found: Ratios) -> Label | None:
    """Level whose ratio drifts most with tenure; None where none is seen to, allowing for how many are tested."""
    if found.counts is None or found.fit is None:
        return None
    columns = found.compared.columns
    each, _ = proportionality(found.counts, found.fit, groups=[[place] for place in range(len(columns))])
    if min(holm([test.p for test in each])) >= 0.05:
        return None
    return columns[int(np.argmax([test.statistic for test in each]))]


def _split(risk: pd.DataFrame, *, bands: Sequence[int], width: float) -> dict[str, pd.DataFrame]:
    """Rows of each band, by its code; a period belongs to the band in which it ends."""
    months = risk["tenure"] * width / DAYS_PER_MONTH
    found = {}
    for first, last in pairwise([*bands, None]):
        assert first is not None
        inside = (months > first) & (months <= (np.inf if last is None else last))
        found[band_code(first, last)] = risk[inside]
    return found


def _in_bands(
    parts: Mapping[str, pd.DataFrame], group: Label, against: Label, *, of: Sequence[str], strata: Sequence[str],
    minimum: int, level: float,
) -> tuple[pd.DataFrame, tuple[Check, ...]]:  # fmt: skip
    """Ratio of a group in every band that has one; which have none, and whether links are reckoned with."""
    rows: list[dict[str, object]] = []
    empty: list[Label] = []
    links: tuple[Check, ...] = ()
    wanted = {group.of: against.code}
    for band, part in parts.items():
        table = None
        if against.code in set(part[group.of]):
            found = ratios_of(part, of=of, strata=strata, reference=wanted, minimum=minimum, level=level)
            table, links = found.table, found.checks[-1:] if found.table is not None else links
        if table is not None:
            same = (table["of"] == group.of) & (table["code"] == group.code) & (table["reference"] == against.code)
            table = table[same]
        if table is None or table.empty:
            empty.append(Label(of="tenure_band", code=band))
        else:
            rows.append({"tenure_band": band, **table.iloc[0][list(TABLE_TAIL)]})
    table = pd.DataFrame(rows).astype({"n": int}) if rows else empty_table("tenure_band")
    message = Message("churn.check.bands_without", {"bands": tuple(empty)})
    without = (Check(name="bands", passed=None, message=message),) if empty else ()
    return table, (*without, *links)


def _said(table: pd.DataFrame, group: Label, against: Label, *, level: float) -> tuple[Estimate | None, Message]:
    """Say the highest ratio and the lowest."""
    values: dict[str, Value] = {"group": group, "reference": against}
    if len(table) < 2:
        return None, Message(f"{NAME}.one_band", values)
    ratios = table["estimate"].to_numpy(dtype=float)
    most, least = table.iloc[int(ratios.argmax())], table.iloc[int(ratios.argmin())]
    headline = estimate_of(most, unit="ratio", level=level)
    values |= {
        "most": headline, "least": estimate_of(least, unit="ratio", level=level),
        "band_most": Label(of="tenure_band", code=str(most["tenure_band"])),
        "band_least": Label(of="tenure_band", code=str(least["tenure_band"])),
    }  # fmt: skip
    return headline, Message(NAME, values)
