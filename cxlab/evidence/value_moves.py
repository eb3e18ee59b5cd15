"""What customers brought at one close and at the next: with whom it left, stayed, came."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_in
from cxlab.evidence.parts import by_part
from cxlab.quarter import Quarter, day_number

MOVES = ("stayed", "joined", "back", "lost_voluntary", "lost_involuntary", "transferred", "restated", "passed")
"""What became of a spell. ``restated``: priced at the last close, and by today's knowledge not there then;
``passed``: joined or came back in the quarter and left in it, so that no close saw it."""

SUMS = ("customers", "unpriced", "margin_before", "revenue_before", "margin", "revenue")

_MONEY = "decimal(38, 0)"
_THEN = "then"
"""Before the names of what was known of a customer at the last close."""

NO_MOVES = pd.DataFrame(
    {name: pd.Series(dtype="object") for name in ("move", "reason")}
    | {name: pd.Series(dtype="int64") for name in ("bucket", *SUMS)}
)
"""What `value_moves` would give of nobody: for a study that shows no close before."""


def value_moves(
    lives: ir.Table, before: ir.Table, *, quarter: Quarter, by: Sequence[str] = (), bucket: bool = False
) -> pd.DataFrame:
    """Sum what customers brought at last close and bring at this one, by what became of them in between.

    Every amount stands in exactly one row: the ``*_before`` of all rows add up to the stock of last close, the
    others to that of this one. Sums of disjoint customers add.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for the quarter: who is there, who left and why.
    before : ibis table
        The same as prepared for the quarter before, from what was known then: what they brought.
    quarter : Quarter
        The quarter between the two closes.
    by : sequence of str
        Columns of both tables to sum by; a customer's value is that of ``lives``, of the restated that of
        ``before``.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``move`` (`MOVES`), ``reason`` ('' unless lost), ``by``, [``bucket``], then whole numbers: ``customers``,
        ``unpriced`` (those among them who were there at last close by today's knowledge and not by that of then:
        they brought what nobody knew), ``margin_before``, ``revenue_before`` (run-rate at last close),
        ``margin``, ``revenue`` (at this one), minor units a quarter of 91 days. Sorted; empty cells left out.

    Raises
    ------
    ValueError
        If ``by`` names something else than columns of both tables.
    """
    unknown = [name for name in by if name not in lives.columns or name not in before.columns]
    if unknown:
        raise ValueError(f"by names columns of lives ({', '.join(lives.columns)}); got {', '.join(unknown)}")
    keys = ["move", "reason", *by, *(["bucket"] if bucket else [])]
    frames = [
        _summed(_moved(now, then, quarter=quarter, by=by), keys=keys).to_pandas()
        for now, then in by_part(lives, before)
    ]
    sums = pd.concat(frames, ignore_index=True)
    sums[list(SUMS)] = sums[list(SUMS)].astype("int64")
    whole: pd.DataFrame = sums.groupby(keys, as_index=False, sort=True, dropna=False)[list(SUMS)].sum()
    return whole


def _moved(lives: ir.Table, before: ir.Table, *, quarter: Quarter, by: Sequence[str]) -> ir.Table:
    """One row per spell of the quarter, with its move and what its customer brought at both closes."""
    first, close = day_number(quarter.start), day_number(quarter.end)
    priced = _there(before, day=first)
    there = lives.filter((lives.start_day < close) & ~(lives.exit_day < first).fill_null(False))
    gone, old = (there.exit_day < close).fill_null(False), there.start_day < first
    lost = ibis.cases(
        (there.cause == "transfer", "transferred"), (there.cause == "involuntary", "lost_involuntary"),
        else_="lost_voluntary",
    )  # fmt: skip
    came = ibis.ifelse(there.spell > 1, "back", "joined")
    move = ibis.cases((old & gone, lost), (old, "stayed"), (gone, "passed"), else_=came)
    left = move.isin(["lost_voluntary", "lost_involuntary"])
    spells = there.select(
        "customer_id", *by, old=old, move=move, bucket=bucket_in(there),
        reason=ibis.ifelse(left, ibis.coalesce(there.reason.nullif(""), "unknown"), ""),
        margin=ibis.ifelse(gone, 0, there.margin_amount),
        revenue=ibis.ifelse(gone, 0, there.revenue_amount),
    )  # fmt: skip
    traits = list(dict.fromkeys([*by, "bucket"]))
    worth = priced.select(
        who="customer_id", margin_before="margin", revenue_before="revenue",
        **{f"{_THEN} {name}": name for name in traits},
    )  # fmt: skip
    were = spells.filter(spells.old)
    both = were.outer_join(worth, were.customer_id == worth.who)
    unseen, zero = both.customer_id.isnull(), ibis.literal(0, type="int64")
    old_ones = both.select(
        move=both.move.fill_null("restated"), reason=both.reason.fill_null(""),
        **{name: ibis.ifelse(unseen, both[f"{_THEN} {name}"], both[name]) for name in traits},
        customers=1, unpriced=ibis.ifelse(both.who.isnull(), 1, 0),
        margin_before=both.margin_before, revenue_before=both.revenue_before,
        margin=both.margin.fill_null(zero), revenue=both.revenue.fill_null(zero),
    )  # fmt: skip
    new = spells.filter(~spells.old).mutate(customers=1, unpriced=0, margin_before=zero, revenue_before=zero)
    columns = ["move", "reason", *traits, *SUMS]
    return old_ones.select(columns).union(new.select(columns))


def _there(before: ir.Table, *, day: int) -> ir.Table:
    """Spells active at the last close, as known then: one a customer."""
    rows = before.filter((before.start_day < day) & ~(before.exit_day < day).fill_null(False))
    return rows.mutate(margin=rows.margin_amount, revenue=rows.revenue_amount, bucket=bucket_in(rows))


def _summed(rows: ir.Table, *, keys: Sequence[str]) -> ir.Table:
    # the engine's sum is wider than 64 bits and would come back as a float
    return rows.group_by(list(keys)).agg(
        **{name: rows[name].sum().cast(_MONEY).fill_null(0).cast("int64") for name in SUMS}
    )
