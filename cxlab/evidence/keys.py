"""Several columns of few values as one whole number, and back: what is counted by one number is counted fast."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.evidence.bucket import bucket_in
from cxlab.maths.jackknife import BUCKETS

Ints = NDArray[np.int64]

_BY = "by "
"""Before the names of columns to count by, so that no other column of a batch has them."""

MOST = 1_000_000
"""Combinations of values columns to count by may have."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Keys:
    """Columns to count by, each value known by its place among the sorted ones (none at all comes last).

    Places of values that are looked up are counted from 1, as the engine does: it looks a word up once where a
    file holds it once, but reckons with what it found row by row.

    Parameters
    ----------
    names : tuple of str
        Columns.
    values : tuple of Series
        Sorted values of each.
    own : frozenset of str
        Columns of whole numbers from 0, or of no and yes: their values are their own places.
    """

    names: tuple[str, ...]
    values: tuple[pd.Series, ...]
    own: frozenset[str]

    @classmethod
    def of(cls, table: ir.Table, names: Sequence[str], *, own: Mapping[str, pd.Series] | None = None) -> Keys:
        """Look up the values of columns, but for those that are their own places; ``bucket`` is one of them.

        Raises
        ------
        ValueError
            If they have more than `MOST` combinations: one of them measures, and has to be binned first.
        """
        values = {"bucket": below(BUCKETS), **(own or {})}
        known = frozenset(values)
        asked = [name for name in dict.fromkeys(names) if name not in values]
        for name in asked:
            found = table.select(name).distinct().limit(MOST + 1).to_pandas()[name]
            values[name] = found.sort_values(ignore_index=True)
        if math.prod(max(len(values[name]), 1) for name in asked) > MOST:
            _refuse_many(table.select(*asked).distinct().limit(MOST + 1).to_pandas())
        return cls(names=tuple(names), values=tuple(values[name] for name in names), own=known)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Below which number the places of each column are."""
        return tuple(
            max(len(values), 1) + (name not in self.own)
            for name, values in zip(self.names, self.values, strict=True)
        )

    @property
    def combinations(self) -> int:
        """How many combinations of values there can be."""
        return math.prod(max(len(values), 1) for values in self.values)

    def places(self, table: ir.Table) -> list[ir.IntegerValue]:
        """Place of each row's values."""
        return [
            _own(table, name) if name in self.own else place_of(table[name], values)
            for name, values in zip(self.names, self.values, strict=True)
        ]

    def columns(self, table: ir.Table) -> dict[str, ir.Value]:
        """`places` by name, for `cxlab.evidence.tally.tallied`."""
        return {f"{_BY}{name}": place for name, place in zip(self.names, self.places(table), strict=True)}

    def places_in(self, batch: Mapping[str, Ints]) -> list[Ints]:
        """Return the places that `columns` asked for."""
        return [batch[f"{_BY}{name}"] for name in self.names]

    def frame(self, places: Sequence[Ints]) -> pd.DataFrame:
        """Return the values at places, one column a name."""
        columns = zip(self.names, self.values, places, strict=True)
        return pd.DataFrame(
            {name: _at(values, place - (name not in self.own)) for name, values, place in columns}, copy=False
        )


def _refuse_many(found: pd.DataFrame) -> None:
    if len(found) > MOST:
        each = ", ".join(f"{name} {found[name].nunique(dropna=False):,}" for name in found)
        raise ValueError(f"columns to count by have more than {MOST:,} combinations; of these alone {each}")


def _at(values: pd.Series, place: Ints) -> Any:  # noqa: ANN401  (an array, of numpy where it can be)
    """Return values at places; taken by numpy, nobody looks for missing ones among millions."""
    return values.to_numpy()[place] if isinstance(values.dtype, np.dtype) else values.array.take(place)


@ibis.udf.scalar.builtin(name="list_position")  # type: ignore[untyped-decorator]
def _list_position(values, value) -> dt.int32:  # type: ignore[no-untyped-def]  # noqa: ANN001  (of any type)
    """Place of a value in a list, counted from 1; nothing where it is not there."""


def below(size: int) -> pd.Series:
    """Whole numbers from 0 below a size, as the values of a column that is their own place."""
    return pd.Series(np.arange(size, dtype="int32"))


def _own(table: ir.Table, name: str) -> ir.IntegerValue:
    return bucket_in(table) if name == "bucket" else table[name].cast("int64")


def place_of(column: ir.Value, values: pd.Series) -> ir.IntegerValue:
    """Place of a column's value among all it has, counted from 1; that after the last for none at all."""
    known = values.dropna().tolist()
    if not known:
        return ibis.literal(1, type="uint8")
    kind = "uint8" if len(known) < 255 else "int32"
    return _list_position(ibis.literal([*known, None], type=f"array<{column.type()}>"), column).cast(kind)


def word_of(column: ir.StringValue, words: Sequence[str]) -> ir.IntegerValue:
    """Place of a word among some, counted from 1; that after the last for none at all, 0 for any other."""
    return (
        place_of(column, pd.Series(words, dtype=object))
        .fill_null(0)
        .cast("uint8" if len(words) < 255 else "int32")
    )


def stretches(edges: Sequence[int]) -> Callable[[Ints], Ints]:
    """Say how many of some sorted days have come by a day: every day between the edges is looked up in a table."""
    if not edges:
        return lambda days: np.zeros(len(days), dtype=np.int64)
    before = edges[0] - 1
    table = np.searchsorted(np.asarray(edges), np.arange(before, edges[-1] + 1), side="right")
    return lambda days: table.take(days - before, mode="clip")


def packed(places: Sequence[ir.IntegerValue], sizes: Sequence[int]) -> ir.IntegerValue:
    """Pack places below sizes into one number that sorts as they do.

    Raises
    ------
    ValueError
        If there are more combinations than whole numbers of 64 bits.
    """
    _refuse_large(sizes)
    number = places[0].cast("int64")
    for place, size in zip(places[1:], sizes[1:], strict=True):
        number = number * size + place.cast("int64")
    return number


def packed_rows(places: Sequence[NDArray[Any]], sizes: Sequence[int]) -> Ints:
    """Do what `packed` does, out of the engine; in 32 bits where that is enough, which sorts twice as fast."""
    _refuse_large(sizes)
    number: NDArray[Any] = places[0].astype(np.int32 if math.prod(sizes) < 2**31 else np.int64)
    for place, size in zip(places[1:], sizes[1:], strict=True):
        number *= size
        number += place
    return number


def _refuse_large(sizes: Sequence[int]) -> None:
    if math.prod(sizes) >= 2**63:
        raise ValueError(f"too many combinations to count: columns of {', '.join(map(str, sizes))} values")


def unpacked(numbers: Ints, sizes: Sequence[int]) -> list[Ints]:
    """Return the places of packed numbers; what `packed` did, undone.

    >>> [places.tolist() for places in unpacked(np.array([5, 7]), [3, 4])]
    [[1, 1], [1, 3]]
    """
    places = []
    for size in reversed(sizes[1:]):
        numbers, place = np.divmod(numbers, size)
        places.append(place)
    return [*([numbers] if sizes else []), *reversed(places)]
