"""What the team set out to reach: the target of a finding, and by when."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxlab.finding import Estimate, Finding, Message
from cxlab.quarter import Quarter


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A value in the finding's unit, and the quarter it is to be reached by; None = every quarter."""

    value: float
    due: Quarter | None


def target_for(targets: pd.DataFrame, name: str, *, about: Quarter) -> Target | None:
    """Return the target in force: this quarter's, else the next one within a year, else one without a quarter.

    Parameters
    ----------
    targets : DataFrame
        Table ``targets``: columns ``metric``, ``target``, perhaps ``segment`` and ``period``.
    name : str
        The finding it is about; only targets of everyone count.
    about : Quarter
        The quarter judged; three months that are none have no target.
    """
    if about.interim or not {"metric", "target"} <= set(targets.columns):
        return None
    rows = targets[targets["metric"] == name]
    if "segment" in rows.columns:
        rows = rows[rows["segment"].isna() | rows["segment"].isin(["all", ""])]
    periods = rows["period"] if "period" in rows.columns else pd.Series("", index=rows.index)
    found = [
        Target(value=float(value), due=_quarter(period, first_month=about.first_month))
        for value, period in zip(rows["target"], periods, strict=True)
    ]
    open_ = [target for target in found if target.due is not None and about <= target.due < about + 4]
    always = [target for target in found if target.due is None]
    return min(open_, key=lambda target: str(target.due)) if open_ else always[-1] if always else None


def _quarter(period: object, *, first_month: int) -> Quarter | None:
    text = "" if pd.isna(period) else str(period)  # type: ignore[call-overload]
    try:
        return Quarter.parse(text, first_month=first_month)
    except ValueError:
        return None


def against(target: Target, finding: Finding) -> Message:
    """Say whether the target is reached, by the whole interval, and by when it is due where that is later.

    The sentence leaves a place for ``target``, which is written like the number it belongs to.
    """
    number = finding.headline
    case = "cannot_tell"
    if isinstance(number, Estimate) and number.low is not None and number.low >= target.value:
        case = "reached"
    elif isinstance(number, Estimate) and number.high is not None and number.high < target.value:
        case = "missed"
    if target.due is None or target.due <= finding.about:
        return Message(f"overview.target.{case}")
    return Message(f"overview.target.{case}.due", {"due": target.due})
