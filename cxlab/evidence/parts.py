"""Parts of prepared tables: all rows of a customer lie in one, so customers are reckoned part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from cxlab.evidence.keys import Ints, Keys, packed, unpacked

PART = "part"
"""Column that says in which part a row lies; a table without it is one part."""


def by_part(*tables: ir.Table, at_once: int = 1) -> Iterator[tuple[ir.Table, ...]]:
    """Yield the same part of every table, one part after another; all of them at once if one is not cut.

    Parameters
    ----------
    at_once : int
        Parts side by side: where little is held of each, many small statements cost more than they save.
    """
    if not all(PART in table.columns for table in tables):
        yield tables
        return
    found = {int(part) for table in tables for part in table.select(PART).distinct().to_pandas()[PART]}
    order = sorted(found)
    for first in range(0, len(order), at_once):
        some = order[first : first + at_once]
        yield tuple(table.filter(table[PART].between(some[0], some[-1])) for table in tables)
    if not found:
        yield tables


def counted(rows: Iterable[ir.Table], *, keys: Keys, sums: Sequence[str]) -> pd.DataFrame:
    """Sum columns by keys over tables of disjoint customers (`Counting`)."""
    counting = Counting(keys=keys, sums=sums)
    for table in rows:
        counting.add(table)
    return counting.frame()


class Counting:
    """Sums of columns by keys, one table of customers added after another.

    Parameters
    ----------
    keys : Keys
        What to sum by.
    sums : sequence of str
        What to sum; ``customers`` among them counts the rows.
    """

    def __init__(self, *, keys: Keys, sums: Sequence[str]) -> None:
        self._keys, self._sums = keys, tuple(sums)
        self._found: list[tuple[Ints, dict[str, Ints]]] = []

    def add(self, rows: ir.Table) -> None:
        """Add ``number`` (the keys, packed) and whole numbers to sum; no customer may be added twice."""
        self._found.append(_summed(rows, self._sums))

    def frame(self) -> pd.DataFrame:
        """Return the names of the keys, then the sums. Sorted by the keys."""
        numbers = np.concatenate([numbers for numbers, _ in self._found])
        order = np.argsort(numbers, kind="stable")
        numbers = numbers[order]
        heads = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)])
        frame = self._keys.frame(unpacked(numbers[heads], self._keys.sizes))
        for name in self._sums:
            column = np.concatenate([of[name] for _, of in self._found])[order]
            frame[name] = np.add.reduceat(column, heads) if len(heads) else column
        return frame


def _summed(rows: ir.Table, sums: Sequence[str]) -> tuple[Ints, dict[str, Ints]]:
    # the engine's own sum is wider than 64 bits and would come back as a float
    of = {
        name: rows.count() if name == "customers" else rows[name].sum().cast("decimal(38, 0)").cast("int64")
        for name in sums
    }
    found = rows.group_by("number").agg(**of).to_pyarrow()
    numbers, *columns = (found[name].to_numpy().astype(np.int64, copy=False) for name in ("number", *sums))
    return numbers, dict(zip(sums, columns, strict=True))


def numbered(rows: ir.Table, keys: Keys, *kept: str) -> ir.Table:
    """Return rows as ``number``, their packed keys, and some columns."""
    return rows.select(*kept, number=packed(keys.places(rows), keys.sizes))
