"""Rows of a panel as they lie in its file, and its customers in order of account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from cxlab.evidence.keys import word_of
from cxlab.quarter import Quarter

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = ("", "passive", "promoter", "detractor")
"""Codes of a quarter's answer; the first stands for no answer."""
PASSIVE, PROMOTER, DETRACTOR = 1, 2, 3

NEEDED = (
    "customer_id", "account_id", "quarter_number", "revenue_amount", "active_days", "active_end", "grp",
)  # fmt: skip
"""Columns of the panel that are read."""

HELD = 67_108_864
"""Rows held at a time; a panel that may have more is read several times, some accounts each time."""

ASKED = "asked"
"""Column that says which rows are of customers ever asked; without it those who gave a score are looked for."""

FEW = 0.1
"""Where fewer rows than this hold a score, the engine picks the customers who gave one; else all rows are read."""

_ROW = {"quarter": np.int16, "revenue": np.float64, "days": np.int16, "answer": np.int8}
_RUN = ("account", "customer")

_AT_ONCE = 65_536
"""Runs whose values are brought together at a time."""

_BATCH = 262_144
"""Rows that come from the engine at a time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Everybody:
    """Rows, revenue and scores of each quarter, whoever they are of, and customers active at the last close."""

    rows: Ints
    revenue: Ints
    scores: Ints
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
        scores=(_answer(panel) > 0).cast("int64").sum().cast("int64").fill_null(0),
        active=panel.active_end.cast("int64").sum().cast("int64").fill_null(0),
    )
    found = sums.to_pandas().set_index("quarter_number")
    _refuse_other_quarters(found.index.to_numpy(), quarters=quarters)
    numbers = [quarter.ordinal for quarter in quarters]
    laid = found.reindex(numbers, fill_value=0).astype("int64")
    return Everybody(
        rows=laid["rows"].to_numpy(), revenue=laid["revenue"].to_numpy(), scores=laid["scores"].to_numpy(),
        active=int(laid["active"].iloc[-1]),
    )  # fmt: skip


def _answer(panel: ir.Table) -> ir.IntegerValue:
    """Place in `GROUPS`."""
    return word_of(panel.grp.cast("string"), GROUPS[1:]) % len(GROUPS)  # no group at all comes after the last


@ibis.udf.scalar.builtin(name="hash", signature=(("string",), "uint64"))  # type: ignore[untyped-decorator]
def hash_of(text: ir.StringValue) -> ir.IntegerValue:
    """Hash of an id as the engine has it: ibis would take the way through bits, which costs more than hashing."""


def _refuse_other_quarters(found: NDArray[np.generic], *, quarters: Sequence[Quarter]) -> None:
    numbers = {quarter.ordinal for quarter in quarters}
    other = sorted(set(np.unique(found).tolist()) - numbers)
    if other:
        raise ValueError(
            f"the panel holds quarter numbers {other} outside {quarters[0]} ({quarters[0].ordinal}) "
            f"to {quarters[-1]} ({quarters[-1].ordinal}): give every quarter of the window"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Rows in the order in which they were read, and customers in order of account, then customer.

    Rows of a customer that lie together are a run. Whoever moved from one account to another is a customer of
    each. Nothing but where a row lies hangs on the order of reading.

    Parameters
    ----------
    quarter, revenue, days, answer : (rows,) arrays
        Place of the quarter, minor units, days there, place in `GROUPS`.
    starts : (runs + 1,) array
        Where the rows of each run begin.
    order : (runs of customers,) array
        Runs, customer by customer.
    heads : (N + 1,) array
        Where the runs of each customer begin in ``order``.
    account, customer : (N,) arrays
        Hashes of the ids.
    """

    quarter: NDArray[np.int16]
    revenue: Array
    days: NDArray[np.int16]
    answer: NDArray[np.int8]
    starts: NDArray[np.int32]
    order: NDArray[np.int32]
    heads: NDArray[np.int32]
    account: NDArray[Any]
    customer: NDArray[Any]

    def by_customer(self, values: Callable[[slice], NDArray[Any]], how: np.ufunc = np.add) -> NDArray[Any]:
        """Bring together values of the rows of each customer, of which a stretch of rows is asked at a time."""
        found = [np.zeros(0)]
        for first in range(0, len(self.starts) - 1, _AT_ONCE):
            starts = self.starts[first : first + _AT_ONCE + 1]
            found.append(how.reduceat(values(slice(starts[0], starts[-1])), starts[:-1] - starts[0]))
        runs = np.concatenate(found)[self.order]
        return np.asarray(how.reduceat(runs, self.heads[:-1])) if len(runs) else runs

    def of(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Return the rows of customers from the first one up to the last, and the customer of each row from 0."""
        heads = self.heads[first : last + 1].astype(np.int64)
        runs = self.order[heads[0] : heads[-1]]
        begin = self.starts[runs].astype(np.int64)
        length = self.starts[runs + 1] - begin
        owner = np.repeat(np.arange(last - first), np.diff(heads))
        before = np.cumsum(length) - length
        return np.repeat(begin - before, length) + np.arange(int(length.sum())), np.repeat(owner, length)


def parts_of(everybody: Everybody, *, quarters: Sequence[Quarter]) -> int:
    """Return how often a panel is read so that no more than `HELD` rows are held at a time."""
    return max(1, -(-_most(everybody, quarters=quarters) // HELD))


def _most(everybody: Everybody, *, quarters: Sequence[Quarter]) -> int:
    """Return the most rows that are read."""
    rows, scores = int(everybody.rows.sum()), int(everybody.scores.sum())
    return min(rows, scores * len(quarters)) if _few(everybody) else rows


def _few(everybody: Everybody) -> bool:
    return bool(everybody.scores.sum() < FEW * everybody.rows.sum())


def rows_of(
    panel: ir.Table, *, everybody: Everybody, quarters: Sequence[Quarter], part: tuple[int, int] = (0, 1)
) -> Rows:
    """Read the customers who ever gave a score, or one part of so many of them; no part cuts an account."""
    if ASKED in panel.columns:
        panel = panel.filter(panel[ASKED])
    account, customer = (hash_of(panel[name].cast("string")) for name in ("account_id", "customer_id"))
    alone = account.isin([hash_of(ibis.literal("")), hash_of(ibis.null("string"))])
    rows = panel.select(
        account=ibis.ifelse(alone, customer, account),  # of numbers: many times faster than of texts
        customer=customer,
        quarter=panel.quarter_number - quarters[0].ordinal,
        revenue=panel.revenue_amount,
        days=panel.active_days,
        answer=_answer(panel),
    )
    if ASKED not in panel.columns and _few(everybody):
        gave = panel.filter(panel.grp.isin(GROUPS[1:]))  # asked of `rows` twice, the engine would keep them all
        rows = rows.semi_join(gave.select(customer=hash_of(gave.customer_id.cast("string"))), "customer")
    which, of = part
    return _read(rows.filter(rows.account % of == which) if of > 1 else rows)


def _read(panel: ir.Table) -> Rows:
    """Read rows, put their customers in order and leave out those who never gave a score."""
    found: dict[str, list[NDArray[Any]]] = {name: [] for name in (*_ROW, *_RUN, "starts")}
    size = 0
    for batch in panel.to_pyarrow_batches(chunk_size=_BATCH):
        new = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in (*_ROW, *_RUN)}
        other = [new[name][1:] != new[name][:-1] for name in _RUN]
        heads = np.flatnonzero(np.append(True, other[0] | other[1])[: len(batch)])
        for name, kind in _ROW.items():
            found[name].append(new[name].astype(kind))  # and copied: a view would hold the whole batch
        for name in _RUN:
            found[name].append(new[name][heads])
        found["starts"].append((heads + size).astype(np.int32))
        size += len(batch)
    found["starts"].append(np.array([size], dtype=np.int32))
    return _in_order({name: np.concatenate(found.pop(name) or [np.empty(0, dtype=np.int8)]) for name in [*found]})


def _in_order(found: dict[str, NDArray[Any]]) -> Rows:
    """Put runs in order of account and customer."""
    order = np.lexsort([found[name] for name in reversed(_RUN)]).astype(np.int32)
    account, customer = (found.pop(name)[order] for name in _RUN)
    new = np.append(True, (account[1:] != account[:-1]) | (customer[1:] != customer[:-1]))[: len(order)]
    heads = np.flatnonzero(new).astype(np.int32)
    rows = Rows(
        **found, order=order, heads=np.append(heads, np.int32(len(order))), account=account[heads],
        customer=customer[heads],
    )  # fmt: skip
    return _only(rows, rows.by_customer(lambda at: rows.answer[at], np.maximum) > 0)


def _only(rows: Rows, who: NDArray[np.bool_]) -> Rows:
    """Leave out customers; their rows stay where they lie."""
    if who.all():
        return rows
    runs = np.diff(rows.heads)
    return replace(
        rows, order=rows.order[np.repeat(who, runs)], account=rows.account[who], customer=rows.customer[who],
        heads=np.append(0, np.cumsum(runs[who])).astype(np.int32),
    )  # fmt: skip
