"""Who was asked, who was reached, who answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimates, finding, needs
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals
from cxlab.quarter import Quarter


def response(counts: pd.DataFrame, *, quarter: Quarter, level: float = 0.95) -> Finding | None:
    """Share of those the survey reached who answered.

    Parameters
    ----------
    counts : DataFrame
        ``response_counts(responses)``; other keys are summed over.

    Returns
    -------
    Finding or None
        ``nps.response``: headline a share (n = reached); table of steps: invited, less who was not reached, less
        the silent, answered. Withheld where only answers are in the data; None where no quarter was ever asked.
    """
    if counts.empty:
        return None
    needs(counts, "quarter", "invited", "delivered", "answered", "known", source="response_counts")
    rows = counts.loc[counts["quarter"] == str(quarter), ["invited", "delivered", "answered", "known"]].sum()
    invited, delivered, answered = (int(rows[name]) for name in ("invited", "delivered", "answered"))
    reached = delivered if rows["known"] else invited
    values: dict[str, Value] = {"quarter": quarter, "invited": invited, "delivered": reached, "n": answered}
    rule, table, headline = definition("answered of reached"), empty_table("step"), None
    checks: tuple[Check, ...] = ()
    if not invited:
        message = Message("nps.response.nobody", values)
    elif invited == answered:
        message = Message("nps.response.only_answers", values)
    else:
        low, high = (float(end) for end in intervals.wilson(answered, reached, level=level))
        headline = Estimate(value=answered / reached, low=low, high=high, unit="share", n=reached, level=level)
        message = Message("nps.response", {**values, "answering": headline})
        table = _steps(invited, reached, answered)
        known = bool(rows["known"])
        told = Message("nps.check.delivery" if known else "nps.check.no_delivery")
        checks = (Check(name="delivery", passed=known or None, message=told),)
    return finding(
        "nps.response", about=quarter, rule=rule, headline=headline, message=message, table=table, shape="flow",
        method=Message("nps.method.response"), checks=checks,
    )  # fmt: skip


def _steps(invited: int, reached: int, answered: int) -> pd.DataFrame:
    steps = {"invited": invited, "lost_undelivered": invited - reached, "lost_silent": reached - answered}
    steps["answered"] = answered
    counts = np.array(list(steps.values()))
    none = np.full(len(counts), np.nan)
    return pd.DataFrame({"step": list(steps), **estimates(counts.astype(float), none, none, counts)})
