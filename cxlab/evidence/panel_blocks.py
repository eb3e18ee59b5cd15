"""Whole accounts of a panel laid out by quarter and customer, and where their revenue parts in thirds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from cxlab.evidence.panel_rows import GROUPS, Array, Ints, Rows, hash_of
from cxlab.quarter import Quarter

CELLS = 65_536
"""Quarters times customers laid out at a time: an array of them stays in a processor's own memory."""

ABSENT = -1
"""Stands for the answer where a customer has no row."""

Edges = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Whole accounts: a row for each quarter, a column for each customer; zero where a customer has no row.

    Parameters
    ----------
    account : (N,) array
        Sorted.
    answer : (quarters, N) array
        Place in `panel_rows.GROUPS`, or `ABSENT`.
    revenue, there : (quarters, N) arrays
        Minor units; share of the quarter's days.
    """

    account: NDArray[Any]
    answer: NDArray[np.int8]
    revenue: Array
    there: Array

    @property
    def lag(self) -> NDArray[np.int8]:
        """Answer a quarter earlier; 0 where there is none."""
        return _moved(self.answer, 1)

    @property
    def lead(self) -> NDArray[np.int8]:
        """Answer a quarter later; 0 where there is none."""
        return _moved(self.answer, -1)

    @property
    def asked_before(self) -> NDArray[np.bool_]:
        """Rows with an answer a quarter earlier."""
        return (self.lag > 0) & (self.answer > ABSENT)

    @property
    def before(self) -> Array:
        """Revenue a full quarter of each customer in the rows before the first with an earlier answer, else 0."""
        used = self.asked_before
        early = ~np.logical_or.accumulate(used, axis=0) & used.any(axis=0)
        time = (self.there * early).sum(axis=0)
        return np.asarray((self.revenue * early).sum(axis=0) / np.where(time > 0, time, np.inf))


def _moved(answer: NDArray[np.int8], by: int) -> NDArray[np.int8]:
    found = np.zeros_like(answer)
    if by > 0:
        np.maximum(answer[:-by], 0, out=found[by:])
    else:
        np.maximum(answer[-by:], 0, out=found[:by])
    return found


def blocks_of(rows: Rows, *, quarters: Sequence[Quarter]) -> Iterator[Block]:
    """Yield all customers in order of account, about `CELLS` cells at a time."""
    days = np.array([quarter.days for quarter in quarters], dtype=float)[:, None]
    cuts = _cuts(rows.account, size=max(CELLS // len(quarters), 1)).tolist()
    for first, last in pairwise(cuts):
        at, who = rows.of(first, last)
        place, shape = rows.quarter[at] * np.int64(last - first) + who, (len(quarters), last - first)
        yield Block(
            account=rows.account[first:last],
            answer=_laid(rows.answer[at], place, shape=shape, empty=ABSENT),
            revenue=_laid(rows.revenue[at], place, shape=shape),
            there=_laid(rows.days[at], place, shape=shape) / days,
        )


def _cuts(account: NDArray[Any], *, size: int) -> Ints:
    """Where blocks of whole accounts begin, about so many customers each, and where the last one ends."""
    first = np.flatnonzero(np.append(True, account[1:] != account[:-1])[: len(account)])
    at = np.searchsorted(first, np.arange(0, len(account), size))
    return np.append(first[np.unique(at[at < len(first)])], len(account)).astype(np.int64)


def _laid(values: NDArray[Any], place: Ints, *, shape: tuple[int, int], empty: int = 0) -> NDArray[Any]:
    found = np.full(shape, empty, dtype=values.dtype)
    found.reshape(-1)[place] = values
    return found


def revenue_edges(panel: ir.Table) -> Edges:
    """Revenue a quarter below which one third of the customers who ever answered lie, and two thirds."""
    answered = panel.filter(panel.grp.isin(GROUPS[1:]))
    revenue = answered.revenue_amount.sum().cast("decimal(38, 0)").cast("float64")
    customer = hash_of(answered.customer_id.cast("string"))
    sums = answered.group_by(customer=customer).agg(revenue=revenue, answers=answered.count()).to_pyarrow()
    return _thirds(*(sums[name].to_numpy().astype(float) for name in ("revenue", "answers")))


def edges_of(rows: Rows) -> Edges:
    """Return the same of rows held."""
    revenue = rows.by_customer(lambda at: np.where(rows.answer[at] > 0, rows.revenue[at], 0.0))
    answers = rows.by_customer(lambda at: (rows.answer[at] > 0).astype(np.int32))
    order = np.argsort(rows.customer)  # a customer of several accounts counts once
    customer = rows.customer[order]
    heads = np.flatnonzero(np.append(True, customer[1:] != customer[:-1]))
    if not len(customer):
        return _thirds(revenue, answers)
    return _thirds(*(np.add.reduceat(each[order], heads) for each in (revenue, answers)))


def _thirds(revenue: Array, answers: NDArray[Any]) -> Edges:
    if not len(revenue):
        return 0.0, 0.0
    low, high = np.quantile(revenue / answers, [1 / 3, 2 / 3]).tolist()
    return low, high
