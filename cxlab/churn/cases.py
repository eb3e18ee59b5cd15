"""Cases solved or not: who leaves afterwards, counted from a day that all cases have."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxlab.churn.regression import Ratios, ratios_of
from cxlab.claim import empty_table, estimate_of, finding, needs
from cxlab.finding import Estimate, Finding, Label, Message, Value
from cxlab.finding import definition as rule_of
from cxlab.quarter import Quarter

REFERENCE = "open"
"""Whom the others are compared with: customers whose case was not closed by the landmark."""

WEEKS = 13
"""How long everybody is followed: a quarter."""

STATE = "case_state"


def cases(
    risk: pd.DataFrame,
    *,
    quarter: Quarter,
    strata: Sequence[str] = ("plan",),
    days: int = 30,
    weeks: int = WEEKS,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """How many times as often customers left whose case was solved, against those whose case was still open.

    Parameters
    ----------
    risk : DataFrame
        ``case_table(lives, cases, by=strata, window=..., days=days, bucket=True)``.
    quarter : Quarter
        The quarter of the report; all cases up to its close are in.
    strata : sequence of str
        Columns inside which customers are compared.
    days : int
        The landmark, days after the opening, as in the table.
    weeks : int
        Everybody is followed as long at most.
    minimum : int
        States that were never as many are left out.

    Returns
    -------
    Finding
        ``churn.cases``: table: ``case_state``, ``reference``, ``p`` (Holm), then the ratio; n = customers of the
        state who left. Headline: the ratio of solved cases; withheld where it cannot be given.
    """
    needs(risk, "tenure", STATE, *strata, "at_risk", "lost", source="the case table")
    rows = risk[risk["tenure"] <= weeks]
    found = _ratios(rows, strata=strata, level=level, minimum=minimum)
    table, headline = empty_table(STATE, "reference", "p"), None
    message = Message("churn.cases.nothing", {"quarter": quarter})
    if found is not None and found.table is not None:
        table = found.table.drop(columns="of").rename(columns={"code": STATE})
        solved = table[table[STATE] == "solved"]
        if len(solved) and found.problem is None:
            headline = estimate_of(solved.iloc[0], unit="ratio", level=level)
            message = _said(headline, p=float(solved["p"].iloc[0]), days=days, weeks=weeks)
    return finding(
        "churn.cases", about=quarter, headline=headline, message=message, table=table, shape="forest",
        rule=rule_of("leaving after a case, from a landmark", days=days, weeks=weeks),
        method=Message("churn.method.cases", {"days": days, "weeks": weeks}),
        checks=() if found is None else found.checks,
    )  # fmt: skip


def _ratios(rows: pd.DataFrame, *, strata: Sequence[str], level: float, minimum: int) -> Ratios | None:
    """Compare the states; None where nobody with an open case was seen to leave."""
    if not rows.loc[rows[STATE] == REFERENCE, "lost"].sum():
        return None
    return ratios_of(
        rows, of=[STATE], strata=strata, reference={STATE: REFERENCE}, minimum=minimum, level=level
    )  # fmt: skip


def _said(ratio: Estimate, *, p: float, days: int, weeks: int) -> Message:
    values: dict[str, Value] = {
        "ratio": ratio, "days": days, "weeks": weeks, "reference": Label(of=STATE, code=REFERENCE),
    }  # fmt: skip
    case = "cannot_tell" if p >= 1 - ratio.level else "less" if ratio.value < 1 else "more"
    return Message(f"churn.cases.{case}", values)
