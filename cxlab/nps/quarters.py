"""The score of each group quarter after quarter: a table to read across."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimates, finding, shown
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.nps.groups import hidden
from cxlab.nps.waves import RULE, quarters_of, wave
from cxlab.quarter import Quarter


def by_quarter(
    counts: pd.DataFrame,
    *,
    by: str,
    quarter: Quarter,
    name: str,
    most: int = 6,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding | None:
    """Score of each group in each of the last quarters.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses, by=[by])``; other keys are summed over.
    by : str
        Column of the groups.
    name : str
        Name of the finding, such as ``nps.journey_quarters``.
    most : int
        How many quarters, counted back from this one.
    minimum : int
        Cells with fewer answers are left out, and so is one that would give the only hidden one away.

    Returns
    -------
    Finding or None
        Table ``by``, ``quarter``; headline the group with the most answers this quarter. None where fewer than two
        quarters or no group is known.
    """
    codes = sorted(code for code in counts[by].unique() if code != "")
    quarters = quarters_of(counts, like=quarter)[-most:]
    if not codes or len(quarters) < 2:
        return None
    rows, left_out, headline, group = [], 0, None, ""
    for each in quarters:
        found = wave(counts, quarter=each, by=by, codes=codes)
        visible = shown(found.n.copy(), least=max(minimum, 1))
        left_out += int(((found.n > 0) & ~visible).sum())
        for place in np.flatnonzero(visible).tolist():
            estimate = found.estimate(place, level=level)
            tail = estimates(estimate.value, estimate.low, estimate.high, estimate.n)
            rows.append({by: codes[place], "quarter": str(each), **tail})
            if each == quarter and (headline is None or (estimate.n or 0) > (headline.n or 0)):
                headline, group = estimate, codes[place]
    return finding(
        name, about=quarter, rule=definition(RULE, by=by, quarters=most), headline=headline,
        message=_message(name, headline, Label(of=by, code=group), quarter, quarters=len(quarters), least=minimum),
        table=pd.DataFrame(rows) if rows else empty_table(by, "quarter"), shape="grid",
        method=Message("nps.method.score"), checks=(hidden(left_out, least=minimum),),
    )  # fmt: skip


def _message(
    name: str, headline: Estimate | None, group: Label, quarter: Quarter, *, quarters: int, least: int
) -> Message:
    values: dict[str, Value] = {"quarter": quarter, "quarters": quarters, "least": least}
    if headline is None:
        return Message(f"{name}.too_few", values)
    return Message(name, {**values, "group": group, "value": headline})
