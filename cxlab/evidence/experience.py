"""Customers from a close on, by what they had answered by then: who left in the quarter after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.keys import Ints, Keys, packed_rows, stretches, unpacked
from cxlab.evidence.panel_rows import ASKED
from cxlab.evidence.tally import tallied
from cxlab.quarter import DAYS_PER_MONTH, Quarter, day_number

NEEDED = ("account_id", "quarter_number", "grp_before", "left", "tenure_days")

BANDS = (1, 3, 6, 12, 24)
"""Months at which one band of tenure ends and the next begins."""


def experience_table(
    panel: ir.Table, *, quarters: Sequence[Quarter], by: Sequence[str] = (), bucket: bool = False
) -> pd.DataFrame:
    """Count the active at a close and who of them left in the next quarter, by the answer of the one just over.

    Every close is a landmark: who is active then belongs to the group of the answer known then, and is followed
    from then. Nobody counts as an answerer before having answered, so that living long enough to be asked is no
    merit of the answer. Counts of disjoint customers add.

    Parameters
    ----------
    panel : ibis table
        One row per customer and quarter, as prepared for a study.
    quarters : sequence of Quarter
        The quarters followed; each has to have one before it in the panel.
    by : sequence of str
        More columns of the panel to count by, as known in the quarter followed.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``quarter`` (the one followed, `Quarter.ordinal`), ``grp`` ('' = not asked), ``tenure_band`` (of the close,
        0 for the first of `BANDS`), ``by``, [``bucket``], ``customers``, ``lost``: integers, sorted.

    Raises
    ------
    ValueError
        If there is no quarter, or the panel lacks columns.
    """
    if not quarters:
        raise ValueError("experience_table needs at least one quarter; got none")
    missing = [name for name in (*NEEDED, *by) if name not in panel.columns]
    if missing:
        raise ValueError(
            f"a panel has the columns {', '.join(dict.fromkeys((*NEEDED, *by)))}; "
            f"{', '.join(missing)} not among {', '.join(panel.columns)}"
        )
    numbers = [quarter.ordinal for quarter in quarters]
    # who joins in a quarter has no tenure on its first day, and was not there at the close before
    rows = panel.filter(panel.quarter_number.isin(numbers) & (panel.tenure_days > 0))
    keys = Keys.of(panel, ["grp_before", *by, *(["bucket"] if bucket else [])])
    first, last = min(numbers), max(numbers)
    columns = {**keys.columns(rows), "quarter": rows.quarter_number - first, "tenure": rows.tenure_days,
               "left": rows.left.fill_null(False)}  # fmt: skip
    band = stretches([round(months * DAYS_PER_MONTH) + 1 for months in BANDS])
    sizes = (last - first + 1, len(BANDS) + 1, *keys.sizes, 2)

    def made(batch: Mapping[str, Ints]) -> dict[str, Ints]:
        places = [batch["quarter"], band(batch["tenure"]), *keys.places_in(batch), batch["left"]]
        return {"all": packed_rows(places, sizes)}

    found = tallied(columns, made, rows)["all"]
    quarter, bands, *values, left = unpacked(found.numbers, sizes)
    counts = keys.frame(values).rename(columns={"grp_before": "grp"})
    counts["quarter"], counts["tenure_band"] = quarter + first, bands
    counts["customers"], counts["lost"] = found.counts, found.counts * left
    names = ["quarter", "grp", "tenure_band", *by, *(["bucket"] if bucket else [])]
    counted = counts.groupby(names, as_index=False, sort=True, dropna=False)[["customers", "lost"]].sum()
    return counted.astype({"quarter": "int32", "tenure_band": "int32"})


def answers_known(panel: ir.Table, *, quarters: Sequence[Quarter]) -> ir.Table:
    """Give what each customer had answered by the close of each quarter, as landmarks to be followed from.

    Parameters
    ----------
    panel : ibis table
        One row per customer and quarter, as prepared for a study.
    quarters : sequence of Quarter
        The quarters answered in.

    Returns
    -------
    ibis table
        ``customer_id``, ``from_day`` (first day after the quarter), ``grp``; nobody who was not asked. What
        `cxlab.evidence.landmarks.landmark_table` takes.

    Raises
    ------
    ValueError
        If there is no quarter.
    """
    if not quarters:
        raise ValueError("answers_known needs at least one quarter; got none")
    if ASKED in panel.columns:
        panel = panel.filter(panel[ASKED])
    asked = panel.filter((panel.grp != "") & panel.quarter_number.isin([quarter.ordinal for quarter in quarters]))
    closes = ((asked.quarter_number == quarter.ordinal, day_number(quarter.end)) for quarter in quarters)
    return asked.select("customer_id", from_day=ibis.cases(*closes, else_=0).cast("int32"), grp="grp")
