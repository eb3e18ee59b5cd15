"""Customers from a close on, by what they had answered by then: who left in the quarter after it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_in
from cxlab.evidence.parts import by_part
from cxlab.quarter import DAYS_PER_MONTH, Quarter, day_number

NEEDED = ("customer_id", "account_id", "quarter_number", "grp", "left", "tenure_days")

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
    keys = ["quarter", "grp", "tenure_band", *by, *(["bucket"] if bucket else [])]
    frames = [_followed(part, quarters=quarters, by=by, bucket=bucket, keys=keys) for (part,) in by_part(panel)]
    counts = pd.concat(frames, ignore_index=True).groupby(keys, dropna=False, sort=False, as_index=False).sum()
    return counts.sort_values(keys, ignore_index=True)[[*keys, "customers", "lost"]]


def _followed(
    panel: ir.Table, *, quarters: Sequence[Quarter], by: Sequence[str], bucket: bool, keys: Sequence[str]
) -> pd.DataFrame:
    numbers = [quarter.ordinal for quarter in quarters]
    # who joins in a quarter has no tenure on its first day, and was not there at the close before
    followed = panel.filter(panel.quarter_number.isin(numbers) & (panel.tenure_days > 0))
    asked = panel.filter((panel.grp != "") & panel.quarter_number.isin([number - 1 for number in numbers]))
    asked = asked.select(who="customer_id", then=asked.quarter_number + 1, answer="grp")
    rows = followed.left_join(asked, [followed.customer_id == asked.who, followed.quarter_number == asked.then])
    edges = [round(months * DAYS_PER_MONTH) for months in BANDS]
    band = sum(((rows.tenure_days > edge).cast("int32") for edge in edges), ibis.literal(0, type="int32"))
    rows = rows.select(
        *by,
        quarter=rows.quarter_number,
        grp=rows.answer.fill_null(""),
        tenure_band=band.cast("int32"),
        lost=rows.left.cast("int64"),
        **({"bucket": bucket_in(rows)} if bucket else {}),
    )
    counts = rows.group_by(keys).agg(customers=rows.count(), lost=rows.lost.sum().cast("int64"))
    frame: pd.DataFrame = counts.to_pandas()
    return frame


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
    asked = panel.filter((panel.grp != "") & panel.quarter_number.isin([quarter.ordinal for quarter in quarters]))
    closes = ((asked.quarter_number == quarter.ordinal, day_number(quarter.end)) for quarter in quarters)
    return asked.select("customer_id", from_day=ibis.cases(*closes, else_=0).cast("int32"), grp="grp")
