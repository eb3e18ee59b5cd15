"""Arrow columns out of numpy arrays, without a Python object per row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SECONDS_A_DAY = 86_400


def ids(
    prefix: str, numbers: NDArray[np.integer], *, width: int, valid: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Return text ids such as ``c0000012``: a prefix and a number filled with zeros.

    >>> ids("c", np.array([12, 3]), width=4).to_pylist()
    ['c0012', 'c0003']
    """
    size, head = len(numbers), np.frombuffer(prefix.encode(), np.uint8)
    letters = np.empty((size, len(head) + width), np.uint8)
    letters[:, : len(head)] = head
    rest = np.asarray(numbers, np.int64)
    for place in range(letters.shape[1] - 1, len(head) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + 48
    offsets = np.arange(size + 1, dtype=np.int64) * letters.shape[1]
    text = pa.LargeStringArray.from_buffers(size, pa.py_buffer(offsets), pa.py_buffer(letters))
    return text if valid is None else _masked(text, valid)


def _masked(array: pa.Array, valid: NDArray[np.bool_]) -> pa.Array:
    return pa.compute.if_else(pa.array(valid), array, pa.scalar(None, array.type))


def codes(places: NDArray[np.integer], names: Sequence[str]) -> pa.Array:
    """Return labels by position; an empty name becomes null."""
    null = np.isin(places, [place for place, name in enumerate(names) if not name])
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int8), mask=null), pa.array(list(names)))


def dates(days: NDArray[np.integer], *, valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return dates from day numbers."""
    return pa.array(days.astype(np.int32), mask=None if valid is None else ~valid).cast(pa.date32())


def moments(
    days: NDArray[np.integer], seconds: NDArray[np.integer], *, valid: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Return local times from day numbers and seconds of the day."""
    micros = (days.astype(np.int64) * SECONDS_A_DAY + seconds) * 1_000_000
    return pa.array(micros, mask=None if valid is None else ~valid).cast(pa.timestamp("us"))


def whole(values: NDArray[np.integer], *, valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return 64-bit whole numbers."""
    return pa.array(values.astype(np.int64), mask=None if valid is None else ~valid)
