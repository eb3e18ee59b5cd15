"""Customers seen in two waves: who stayed a promoter, and who did not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimates, finding
from cxlab.finding import Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.net_change import GROUPS
from cxlab.nps.groups import hidden
from cxlab.nps.waves import tables
from cxlab.quarter import Quarter


def migration(pairs: pd.DataFrame, *, quarter: Quarter, level: float = 0.95, minimum: int = 10) -> Finding | None:
    """Groups of those who answered last quarter and again in this one.

    Parameters
    ----------
    pairs : DataFrame
        ``pairs(responses, quarter=quarter, against=[quarter - 1])``; other keys are summed over.
    minimum : int
        Groups of last quarter with fewer customers who answered again are left out.

    Returns
    -------
    Finding or None
        ``nps.migration``: table ``then``, ``now``: share of the group of last quarter, n = that group; headline:
        share of last quarter's promoters who are none now. None where nobody answered either quarter.
    """
    if pairs.empty:
        return None
    twice = tables(pairs, against=quarter - 1)[0][:3, :3]
    again = twice.sum(axis=1)
    rows = [
        {"then": GROUPS[before], "now": GROUPS[after], **_share(twice[before, after], again[before], level=level)}
        for before in (2, 1, 0)
        for after in (2, 1, 0)
        if again[before] >= max(minimum, 1)
    ]
    values: dict[str, Value] = {"quarter": quarter, "before": quarter - 1, "least": minimum}
    values["n"] = int(again.sum())
    headline, message = None, Message("nps.migration.too_few", values)
    promoters = again[2]
    if promoters >= max(minimum, 1):
        gone = _share(promoters - twice[2, 2], promoters, level=level)
        headline = Estimate(
            value=float(gone["estimate"]), low=float(gone["low"]), high=float(gone["high"]), unit="share",
            n=int(promoters), level=level,
        )  # fmt: skip
        passive, detractor = twice[2, 1] / promoters, twice[2, 0] / promoters
        values |= {"gone": headline, "passive": float(passive), "detractor": float(detractor)}
        message = Message("nps.migration", values)
    left_out = int((again > 0).sum()) - len(rows) // 3
    return finding(
        "nps.migration", about=quarter, rule=definition("groups of those who answered two waves"),
        headline=headline, message=message, table=pd.DataFrame(rows) if rows else empty_table("then", "now"),
        shape="grid", method=Message("nps.method.migration"), checks=(hidden(left_out, least=minimum),),
    )  # fmt: skip


def _share(part: float, whole: float, *, level: float) -> dict[str, float]:
    low, high = (float(end) for end in intervals.wilson(part, whole, level=level))
    share = part / whole
    return {**estimates(share, min(low, share), max(high, share), int(np.rint(whole)))}  # type: ignore[dict-item]
