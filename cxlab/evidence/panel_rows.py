"""Rows of a panel in blocks of whole accounts, each beside the answers a quarter earlier and later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from cxlab.quarter import Quarter

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = ("", "passive", "promoter", "detractor")
"""Codes of a quarter's answer; the first stands for no answer."""
PASSIVE, PROMOTER, DETRACTOR = 1, 2, 3

BLOCK = 65_536
"""Rows of the panel read at a time."""

NEEDED = (
    "customer_id", "account_id", "quarter_number", "revenue_amount", "active_days", "active_end", "grp",
)  # fmt: skip
"""Columns of the panel that are read."""

COLUMNS = ("account", "customer", "quarter", "revenue", "days", "answer", "stays")
"""Columns of a block as they come from the engine."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Rows of whole accounts, sorted; positions count from 0 inside the block.

    ``lag`` and ``lead`` are the customer's answers a quarter earlier and later (0: none); ``start`` is the first
    row of each customer; ``before`` is what each customer brought a quarter until the first score used.
    """

    account: Ints
    customer: Ints
    quarter: Ints
    revenue: Array
    there: Array
    stays: NDArray[np.bool_]
    answer: Ints
    lag: Ints
    lead: Ints
    start: Ints
    before: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Everybody:
    """Rows and revenue of each quarter, whoever they are of, and customers active at the last close."""

    rows: Ints
    revenue: Ints
    active: int


def everybody_of(panel: ir.Table, *, quarters: Sequence[Quarter]) -> Everybody:
    """Count a panel quarter by quarter.

    Raises
    ------
    ValueError
        If it holds other quarters.
    """
    sums = panel.group_by("quarter_number").agg(
        rows=panel.count(),
        revenue=panel.revenue_amount.sum().cast("decimal(38, 0)").cast("int64").fill_null(0),
        active=panel.active_end.cast("int64").sum().cast("int64").fill_null(0),
    )
    found = sums.to_pandas().set_index("quarter_number")
    _refuse_other_quarters(found.index.to_numpy(), quarters=quarters)
    numbers = [quarter.ordinal for quarter in quarters]
    laid = found.reindex(numbers, fill_value=0).astype("int64")
    return Everybody(
        rows=laid["rows"].to_numpy(), revenue=laid["revenue"].to_numpy(), active=int(laid["active"].iloc[-1])
    )


def scored(panel: ir.Table) -> ir.Table:
    """Rows of customers who ever gave a score."""
    gave = panel.filter(panel.grp.isin(GROUPS[1:])).select("customer_id")
    return panel.semi_join(gave, "customer_id")


def blocks_of(panel: ir.Table) -> Iterator[dict[str, NDArray[np.generic]]]:
    """Yield columns of whole accounts, in order of account, customer and quarter."""
    account = ibis.coalesce(panel.account_id.nullif(""), panel.customer_id)
    code = ibis.cases(*((panel.grp == group, place) for place, group in enumerate(GROUPS) if group), else_=0)
    rows = panel.select(
        account=account.hash(),
        customer=panel.customer_id.hash(),
        quarter=panel.quarter_number.cast("int32"),
        revenue=panel.revenue_amount.cast("float64"),
        days=panel.active_days.cast("float64"),
        answer=code.cast("int8"),
        stays=panel.active_end.cast("int8"),
    ).order_by("account", "customer", "quarter")
    kept: dict[str, NDArray[np.generic]] = {}
    for batch in rows.to_pyarrow_batches(chunk_size=BLOCK):
        new = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in COLUMNS}
        columns = {name: np.concatenate([kept[name], new[name]]) for name in COLUMNS} if kept else new
        if not len(columns["account"]):
            continue
        whole = int(np.searchsorted(columns["account"], columns["account"][-1]))
        if whole:
            yield {name: column[:whole] for name, column in columns.items()}
        kept = {name: column[whole:] for name, column in columns.items()}
    if kept:
        yield kept


def _refuse_other_quarters(found: NDArray[np.generic], *, quarters: Sequence[Quarter]) -> None:
    numbers = {quarter.ordinal for quarter in quarters}
    other = sorted(set(np.unique(found).tolist()) - numbers)
    if other:
        raise ValueError(
            f"the panel holds quarter numbers {other} outside {quarters[0]} ({quarters[0].ordinal}) "
            f"to {quarters[-1]} ({quarters[-1].ordinal}): give every quarter of the window"
        )


def block_of(columns: Mapping[str, NDArray[np.generic]], *, quarters: Sequence[Quarter]) -> Block:
    """Turn columns in order of account, customer and quarter into a block."""
    account, customer, number = (columns[name].astype(np.int64) for name in ("account", "customer", "quarter"))
    rows = len(account)
    new = np.ones(rows, dtype=bool)
    new[1:] = (customer[1:] != customer[:-1]) | (account[1:] != account[:-1])
    answer = columns["answer"].astype(np.int64)
    follows = ~new
    follows[1:] &= number[1:] - number[:-1] == 1
    lag, lead = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    lag[1:] = np.where(follows[1:], answer[:-1], 0)
    lead[:-1] = np.where(follows[1:], answer[1:], 0)
    quarter = np.searchsorted([each.ordinal for each in quarters], number).astype(np.int64)
    revenue = columns["revenue"].astype(np.float64)
    there = columns["days"].astype(np.float64) / np.array([each.days for each in quarters], dtype=float)[quarter]
    start = np.flatnonzero(new)
    who = np.cumsum(new) - 1
    return Block(
        account=account, customer=who, quarter=quarter, revenue=revenue, there=there, answer=answer, lag=lag,
        lead=lead, start=start, stays=columns["stays"].astype(bool),
        before=_before(revenue, there, used=lag > 0, customer=who, start=start),
    )  # fmt: skip


def _before(revenue: Array, there: Array, *, used: NDArray[np.bool_], customer: Ints, start: Ints) -> Array:
    """Revenue a full quarter of each customer in the rows before the first one used; 0 where none is used."""
    spent, time = (np.concatenate([[0.0], np.cumsum(column)]) for column in (revenue, there))
    at = np.flatnonzero(used)
    first = np.full(len(start), -1, dtype=np.int64)
    first[customer[at][::-1]] = at[::-1]
    has = first >= 0
    time_before = np.where(has, time[first] - time[start], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = (spent[first] - spent[start]) / time_before
    return np.where(time_before > 0, rate, 0.0)
