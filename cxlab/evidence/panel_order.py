"""A panel customer by customer: as its rows lie where they lie in order, sorted where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from cxlab.evidence.panel_rows import GROUPS
from cxlab.evidence.parts import by_part

Columns = dict[str, NDArray[Any]]

BLOCK = 65_536
"""Rows of the panel read at a time."""

ACCOUNT, CUSTOMER = "account", "customer"


class OutOfOrderError(Exception):
    """Rows of a customer do not lie together, quarter after quarter, as a prepared panel keeps them."""


def alone(panel: ir.Table, *, linked: ir.Table) -> Iterator[Columns]:
    """Yield whole customers with an account of their own who ever gave a score, in the order of the file.

    Parameters
    ----------
    linked : ibis table
        ``customer_id`` of those left out (`linked_customers`).

    Raises
    ------
    OutOfOrderError
        As soon as the rows turn out not to be in order; what was yielded before is to be thrown away.
    """
    left_out = np.sort(linked.select(number=linked.customer_id.hash()).to_pyarrow()["number"].to_numpy())
    for (part,) in by_part(panel):
        seen: list[NDArray[np.uint64]] = []
        for columns in _whole(_numbers(part), by=CUSTOMER):
            customer, quarter = columns[CUSTOMER], columns["quarter"]
            new = np.append(True, customer[1:] != customer[:-1])
            if (~new[1:] & (quarter[1:] <= quarter[:-1])).any():
                raise OutOfOrderError
            heads = np.flatnonzero(new)
            seen.append(customer[heads])
            wanted = np.logical_or.reduceat(columns["answer"] > 0, heads)
            wanted[wanted] = ~_among(customer[heads[wanted]], left_out)
            kept = np.repeat(wanted, np.diff(np.append(heads, len(customer))))
            if kept.any():
                yield {name: column[kept] for name, column in columns.items()}
        if seen and len(np.unique(np.concatenate(seen))) < sum(map(len, seen)):
            raise OutOfOrderError


def _among(values: NDArray[Any], few: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of each value whether it is among some sorted ones."""
    if not len(few):
        return np.zeros(len(values), dtype=bool)
    place = np.minimum(np.searchsorted(few, values), len(few) - 1)
    return np.asarray(few[place] == values)


def linked_customers(panel: ir.Table) -> ir.Table:
    """Return the ``customer_id`` of everybody who shares an account, or whose id is the account of another."""
    others = panel.filter((panel.account_id != "") & (panel.account_id != panel.customer_id))
    sharing, named = (others[name].cast("string") for name in ("customer_id", "account_id"))
    both = others.select(customer_id=sharing).union(others.select(customer_id=named))
    return both.distinct().cache()  # an empty panel's columns have no type of their own, and could not be kept


def together(panel: ir.Table) -> Iterator[Columns]:
    """Yield whole accounts of customers who ever gave a score: sorted by account, customer and quarter."""
    gave = panel.filter(panel.grp.isin(GROUPS[1:])).select("customer_id")
    rows = _numbers(panel.semi_join(gave, "customer_id"))
    yield from _whole(rows.order_by(ACCOUNT, CUSTOMER, "quarter"), by=ACCOUNT)


def _numbers(panel: ir.Table) -> ir.Table:
    account = ibis.coalesce(panel.account_id.nullif(""), panel.customer_id)
    code = ibis.cases(*((panel.grp == group, place) for place, group in enumerate(GROUPS) if group), else_=0)
    return panel.select(
        account=account.hash(),
        customer=panel.customer_id.hash(),
        quarter=panel.quarter_number.cast("int32"),
        revenue=panel.revenue_amount.cast("float64"),
        days=panel.active_days.cast("float64"),
        answer=code.cast("int8"),
        stays=panel.active_end.cast("int8"),
    )


def _whole(rows: ir.Table, *, by: str) -> Iterator[Columns]:
    """Yield rows in blocks that cut no run of equal values of a column."""
    kept: Columns = {}
    for batch in rows.to_pyarrow_batches(chunk_size=BLOCK):
        new = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in rows.columns}
        columns = {name: np.concatenate([kept[name], new[name]]) for name in new} if kept else new
        if not len(columns[by]):
            continue
        whole = len(columns[by]) - _last_run(columns[by])
        if whole:
            yield {name: column[:whole] for name, column in columns.items()}
        kept = {name: column[whole:] for name, column in columns.items()}
    if kept:
        yield kept


def _last_run(values: NDArray[Any]) -> int:
    """How many values at the end are equal to the last one, without a break."""
    other = np.flatnonzero(values != values[-1])
    return len(values) - 1 - int(other[-1]) if len(other) else len(values)
