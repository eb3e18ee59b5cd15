"""Keys that lie in order, each greater than the one before: none comes twice, and none has to be looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection
from ibis.backends.duckdb import Backend

_AT_ONCE = 1_048_576
_PROBED = 2_048
"""So many keys are looked at first: to begin with all of them takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """Keys each of which is greater than the one read before it.

    Parameters
    ----------
    first, last : object
        The smallest and the largest; None if there is no key at all.
    plain : bool
        Whether they are texts of visible ASCII characters alone, so that there is nothing to trim.
    hashed : bool
        Whether what is kept of them are hashes, which come twice no more than they do.
    """

    first: object
    last: object
    plain: bool
    hashed: bool = False


NO_KEYS = Rising(first=None, last=None, plain=True)


def rising(engine: Backend, keys: str) -> Rising | None:
    """Read keys as they lie; None, and no further, at the first one that is not greater than the one before.

    Parameters
    ----------
    keys : str
        SQL of one column without missing values.
    """
    few = engine.con.execute(f"SELECT * FROM ({keys}) LIMIT {_PROBED}")
    return rising_in(_values(few)) and rising_in(_values(engine.con.execute(keys)))


def _values(found: DuckDBPyConnection) -> Iterator[pa.Array]:
    return (batch.column(0) for batch in found.to_arrow_reader(_AT_ONCE))


def rising_in(keys: Iterable[pa.Array]) -> Rising | None:
    """Look at keys, none missing, in their order; None, and no further, at the first that does not rise."""
    first: object = None
    last: pa.Scalar | None = None
    plain = True
    for values in keys:
        if not len(values):
            continue
        if last is None:
            first = values[0].as_py()
        elif not pc.less(last, values[0]).as_py():
            return None
        if not pc.all(pc.less(values[:-1], values[1:]), min_count=0).as_py():  # true of a single value
            return None
        plain = plain and _is_plain(values)
        last = values[-1]
    return Rising(first=first, last=None if last is None else last.as_py(), plain=plain and first != "")


def followed_by(before: Rising, after: Rising) -> Rising | None:
    """Return what keys are with others behind them; None if these do not go on where those end."""
    if before.first is None or after.first is None:
        return after if before.first is None else before
    if not before.last < after.first:  # type: ignore[operator]
        return None
    return replace(after, first=before.first, plain=before.plain and after.plain)


def apart(found: Sequence[Rising | None]) -> bool:
    """Say whether no key comes twice in several sources, as far as that is plain without looking keys up."""
    there = [keys for keys in found if keys is None or keys.first is not None]
    if None in there or len({keys.hashed for keys in there if keys}) > 1:
        return False
    spans = sorted((keys.first, keys.last) for keys in there)  # type: ignore[union-attr]
    return all(before[1] < after[0] for before, after in pairwise(spans))  # type: ignore[operator]


def _is_plain(values: pa.Array) -> bool:
    if not pa.types.is_string(values.type):
        return False
    _, offsets, held = values.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32, count=len(values) + 1, offset=4 * values.offset)
    if ends[0] == ends[-1]:
        return True  # nothing but one empty text
    bytes_ = np.frombuffer(held, dtype=np.uint8)[ends[0] : ends[-1]]
    return not bool((bytes_ - ord("!") > ord("~") - ord("!")).any())  # smaller ones wrap around
