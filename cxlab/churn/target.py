"""Where a share stands against what the team set out to reach."""

from __future__ import annotations

import pandas as pd

from cxlab.claim import empty_table, estimates, finding
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.quarter import Quarter

MONTHS = 12
"""What a target of retention speaks of."""


def retention_target(
    staying: Finding, *, target: float | None, due: Quarter | None = None, months: int = MONTHS
) -> Finding | None:
    """Set the retention of newcomers against its target; the whole interval decides.

    Parameters
    ----------
    staying : Finding
        ``churn.retention``.
    target : float or None
        Share that shall stay, of table ``targets``; None: nothing was set, so nothing is said.
    due : Quarter, optional
        By when; None or a quarter that has begun: now.
    months : int
        Months the target is about; retention after other months is not set against it.

    Returns
    -------
    Finding or None
        ``churn.retention_target``: headline the retention, one row. Withheld where the retention is.

    Raises
    ------
    ValueError
        If the target is no share.
    """
    if target is None or staying.message.values.get("months") != months:
        return None
    refuse_no_share(target)
    number, later = staying.headline, due is not None and due > staying.about
    values: dict[str, Value] = {"target": target, "months": months}
    table, headline, passed = empty_table(), None, None
    message = staying.message
    if isinstance(number, Estimate):
        headline = number
        case, passed = _case(number, target)
        message = Message(f"churn.retention_target.{case}", {**values, "staying": number})
        if later and due is not None:
            message = Message(f"churn.retention_target.{case}.due", {**message.values, "due": due})
        row = estimates(number.value, number.low, number.high, number.n)
        table = pd.DataFrame({key: [value] for key, value in row.items()})
    return finding(
        "churn.retention_target", about=staying.about, rule=definition("against a target", of=staying.definition),
        headline=headline, message=message, table=table, shape="number", method=staying.method,
        checks=(Check(name="reached", passed=passed, message=Message("churn.check.target", values)),),
    )  # fmt: skip


def _case(number: Estimate, target: float) -> tuple[str, bool | None]:
    """Reached or missed by the whole interval; else nobody can tell. A target missed is no failed check."""
    if number.low is not None and number.low >= target:
        return "reached", True
    if number.high is not None and number.high < target:
        return "missed", None
    return "cannot_tell", None


def refuse_no_share(target: float) -> None:
    """Refuse a target that is no share.

    Raises
    ------
    ValueError
        Saying what one looks like.
    """
    if not 0 < target < 1:
        raise ValueError(f"a target of retention is a share between 0 and 1, such as 0.5; got {target}")
