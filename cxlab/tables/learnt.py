"""What texts of a file are like, learnt while it is read: whether keys lie in order, and the values of codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from cxlab.tables.codes import FEW, plain_codes
from cxlab.tables.rising import NO_KEYS, Rising, followed_by, rising_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What columns of a file are to be made of, and what is to be learnt of those that are texts.

    Parameters
    ----------
    types : mapping of str to DataType
        What columns are made of if every value can be read as that, exactly; all others are texts.
    keys, codes : mapping of str to str
        Columns of texts: what they are called in what is learnt, and what in the file.
    """

    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What is known of columns without a look at their rows; one that is not named was not asked about.

    Parameters
    ----------
    rising : mapping of str to (Rising or None)
        Keys; None if they do not lie in order.
    values : mapping of str to tuple of str
        The values of codes; none at all if they are many, or something of them is to be trimmed.
    """

    rising: Mapping[str, Rising | None] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a block of rows holds; None: nothing that would be of use, or nobody asks any more."""

    keys: Mapping[str, Rising | None]
    codes: Mapping[str, frozenset[str] | None]


class Learning:
    """Blocks of a file are looked at by any thread (`look`), and put together in their order (`join`)."""

    def __init__(self, wanted: Wanted) -> None:
        self._columns = {**wanted.keys, **wanted.codes}
        self._keys: dict[str, Rising | None] = dict.fromkeys(wanted.keys, NO_KEYS)
        self._codes: dict[str, frozenset[str] | None] = dict.fromkeys(wanted.codes, frozenset())

    def look(self, rows: pa.Table) -> Seen:
        """Look at a block, as far as the blocks joined until now leave anything to be learnt."""
        keys = {key: rising_in(self._present(rows, key)) for key, before in self._keys.items() if before}
        codes = {code: self._values(rows, code) for code, before in self._codes.items() if before is not None}
        return Seen(keys=keys, codes=codes)

    def join(self, block: Seen) -> None:
        """Add what the next block holds."""
        for key, before in self._keys.items():
            after = block.keys.get(key)
            self._keys[key] = followed_by(before, after) if before and after else None
        for code, known in self._codes.items():
            more = block.codes.get(code)
            both = None if known is None or more is None else known | more
            self._codes[code] = both if both is not None and len(both) <= FEW else None

    def learnt(self) -> Learnt:
        """Return what holds of all blocks joined."""
        return Learnt(
            rising=dict(self._keys),
            values={code: plain_codes(values or ()) for code, values in self._codes.items()},
        )

    def _present(self, rows: pa.Table, of: str) -> list[pa.Array]:
        return [chunk.drop_null() for chunk in rows[self._columns[of]].chunks]

    def _values(self, rows: pa.Table, of: str) -> frozenset[str] | None:
        found = pc.unique(rows[self._columns[of]]).drop_null()
        return frozenset(found.to_pylist()) if len(found) <= FEW else None
