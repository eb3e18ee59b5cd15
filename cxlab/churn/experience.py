"""Experience and leaving: who leaves after which answer, counted from the close the answer was known at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlab.churn.patterns import Comparison, comparison, counts_of
from cxlab.churn.regression import ratio_table
from cxlab.claim import empty_table, estimate_of, finding, hidden_check, needs
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths.cox import cox
from cxlab.maths.separation import unfit
from cxlab.quarter import Quarter

REFERENCE = "passive"
FIRST = ("detractor", "silent", "promoter")
"""Whom the sentence speaks of: the first of them with a ratio."""

NOT_ASKED = "not_asked"
"""Code of those nobody asked in the quarter before the close."""

NAME = "churn.experience"


def experience(
    counts: pd.DataFrame,
    *,
    quarter: Quarter,
    strata: Sequence[str] = ("plan", "tenure_band"),
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """How many times as often as passives the others left in the quarter after their answer.

    Proportional hazards with one time a quarter followed, compared inside ``strata``: everybody counts from the
    close by which the answer was known, several closes are stacked, accounts are left out bucket by bucket.

    Parameters
    ----------
    counts : DataFrame
        ``experience_table(panel, quarters=..., by=["plan"], bucket=True)``.
    quarter : Quarter
        The last quarter followed.
    strata : sequence of str
        Columns inside which customers are compared.
    minimum : int
        Groups that were never as many at a close are left out.

    Returns
    -------
    Finding
        ``churn.experience``: table: ``grp``, ``reference``, ``p`` (Holm), then the ratio; n = customers of the
        group who left. Headline: the ratio of detractors, else of the first of `FIRST`. Withheld without passives,
        or where no group has a finite ratio.
    """
    needs(counts, "quarter", "grp", *strata, "customers", "lost", source="the experience table")
    risk = counts.rename(columns={"quarter": "tenure", "customers": "at_risk"})
    risk = risk.assign(grp=risk["grp"].where(risk["grp"] != "", NOT_ASKED))
    method = Message("churn.method.experience", {"n": int(counts["quarter"].nunique())})
    rule = definition("leaving in the quarter after the answer", strata=sorted(strata))
    table: pd.DataFrame | None = None
    checks: tuple[Check, ...] = ()
    if (risk.loc[risk["grp"] == REFERENCE, "lost"] > 0).any():
        compared = comparison(risk, of=["grp"], reference={"grp": REFERENCE}, minimum=minimum)
        checks = (hidden_check(len(compared.too_small), least=minimum),)
        if compared.columns and compared.reference["grp"] == REFERENCE:
            fitted = _fitted(compared, strata=strata, level=level)
            if fitted is not None:
                table, checks = fitted[0], (*checks, fitted[1])
    if table is None:
        message = Message("churn.experience.nothing", {"quarter": quarter})
        return finding(
            NAME, about=quarter, rule=rule, headline=None, message=message, shape="forest", method=method,
            table=empty_table("grp", "reference", "p"), checks=checks,
        )  # fmt: skip
    headline, message = _said(table, level=level)
    return finding(
        NAME, about=quarter, rule=rule, headline=headline, message=message, table=table, shape="forest",
        method=method, checks=checks,
    )  # fmt: skip


def _fitted(compared: Comparison, *, strata: Sequence[str], level: float) -> tuple[pd.DataFrame, Check] | None:
    counts, left_out = counts_of(compared, strata=strata)
    if unfit(counts.at_risk, counts.lost, counts.design, strata=counts.strata):
        return None
    fit = cox(counts, start=np.zeros(len(compared.columns)))
    table, links = ratio_table(compared, fit, left_out, level=level)
    return table.drop(columns="of").rename(columns={"code": "grp"}), links


def _said(table: pd.DataFrame, *, level: float) -> tuple[Estimate, Message]:
    """Say how the first group differs from passives, and those who gave no answer beside detractors."""
    rows = {str(row["grp"]): row for _, row in table.iterrows()}
    first = next((name for name in FIRST if name in rows), min(rows))
    ratio = estimate_of(rows[first], unit="ratio", level=level)
    values: dict[str, Value] = {
        "group": Label(of="grp", code=first), "reference": Label(of="grp", code=REFERENCE), "ratio": ratio,
    }  # fmt: skip
    if rows[first]["p"] >= 0.05:
        return ratio, Message("churn.experience.cannot_tell", values)
    if first == FIRST[0] and FIRST[1] in rows:
        values["silent"] = estimate_of(rows[FIRST[1]], unit="ratio", level=level)
        return ratio, Message("churn.experience.two", values)
    return ratio, Message("churn.experience.one", values)
