"""Customers at the start of a quarter, joined, back, lost and at its close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.evidence.at_risk import NEVER
from cxlab.evidence.keys import Ints, Keys, packed_rows, stretches, unpacked, word_of
from cxlab.evidence.tally import tallied
from cxlab.quarter import Quarter, day_number

STEPS = ("open", "joined", "back", "lost_voluntary", "lost_involuntary", "transferred", "close")
"""Counts of a quarter; open + joined + back - lost - transferred = close."""

_FIRST, _AGAIN, _UNKNOWN = 0, 1, 3
"""Codes of a spell's number; unknown is of causes too."""

_CAUSES = ("transfer", "involuntary")
_OTHER = len(_CAUSES)
"""Any other cause of leaving is a customer's own choice."""

_SPELLS = np.array([_UNKNOWN, _FIRST, _AGAIN])
"""Codes of spells numbered 0 (not numbered), 1, and 2 or more."""

_CODES = np.array([_OTHER, *range(len(_CAUSES)), _UNKNOWN])
"""Codes of causes by their places (`cxlab.evidence.keys.word_of`)."""


def movements(
    lives: ir.Table, *, quarters: Sequence[Quarter], by: Sequence[str] = (), bucket: bool = False
) -> pd.DataFrame:
    """Count the moves of each quarter; every step, the close too, is counted on its own: the sum is a check.

    A spell is open at a quarter's start if it began before and its first day without service is not before.
    Movements of disjoint customers add.

    Parameters
    ----------
    lives : ibis table
        One row per spell, as prepared for a study.
    quarters : sequence of Quarter
        None may begin before the window opened or close after it closed.
    by : sequence of str
        Columns of ``lives`` to count by.
    bucket : bool
        Add the account bucket, for leave-one-bucket-out intervals.

    Returns
    -------
    DataFrame
        ``quarter`` (text such as 2026Q3), ``by``, [``bucket``], then the integer counts of `STEPS`, and
        ``provisional``: losses of the quarter that a return could still undo. Sorted; empty cells left out.

    Raises
    ------
    ValueError
        If no quarter is asked for.
    """
    if not quarters:
        raise ValueError("movements needs at least one quarter; got none")
    days = [(day_number(quarter.start), day_number(quarter.end)) for quarter in quarters]
    edges = sorted({day for both in days for day in both})
    keys = Keys.of(lives, [*by, *(["bucket"] if bucket else [])])
    kinds = _kinds(lives, keys=keys, edges=edges)
    counted = [*STEPS, "provisional"]
    frames = []
    for quarter, (first, close) in zip(quarters, days, strict=True):
        steps = _steps(kinds, first=edges.index(first) + 1, close=edges.index(close) + 1)
        cells, cell = np.unique(kinds.cell, return_inverse=True)
        sums = {name: np.bincount(cell, weights=kinds.customers * steps[name]) for name in counted}
        counts = pd.DataFrame({name: of.astype("int64") for name, of in sums.items()}).assign(quarter=str(quarter))
        frames.append(pd.concat([keys.frame(unpacked(cells, keys.sizes)), counts], axis=1))
    table = pd.concat(frames, ignore_index=True).sort_values(["quarter", *keys.names], ignore_index=True)
    return table.loc[table[counted].any(axis=1), ["quarter", *keys.names, *counted]].reset_index(drop=True)


def added(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Add the movements of disjoint customers, counted by the same columns; sorted as `movements` does."""
    keys = [name for name in one.columns if name not in (*STEPS, "provisional")]
    both = pd.concat([one, other], ignore_index=True)
    whole: pd.DataFrame = both.groupby(keys, dropna=False, sort=True, as_index=False).sum()
    return whole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Kinds:
    """Spells alike in all that the steps read: how many edges came by start and exit, and what kind."""

    cell: Ints
    start: Ints
    exit: Ints
    spell: Ints
    cause: Ints
    undoable: Ints
    customers: Ints


def _kinds(lives: ir.Table, *, keys: Keys, edges: Sequence[int]) -> _Kinds:
    """Count the spells of each kind: they are read once, however many quarters there are."""
    columns = {
        **keys.columns(lives),
        "start": lives.start_day,
        "exit": ibis.coalesce(lives.exit_day, NEVER),
        "spell": lives.spell.fill_null(0),
        "cause": word_of(lives.cause, _CAUSES),
        "provisional": lives.provisional.fill_null(False),
    }
    place = stretches(edges)
    sizes = (len(edges) + 1, len(edges) + 1, 4, 4, 2)

    def made(rows: Mapping[str, Ints]) -> dict[str, Ints]:
        spell = _SPELLS.take(rows["spell"], mode="clip")
        each = [place(rows["start"]), place(rows["exit"]), spell, _CODES.take(rows["cause"]), rows["provisional"]]
        return {"number": packed_rows([*keys.places_in(rows), *each], (*keys.sizes, *sizes))}

    counted = tallied(columns, made, lives)["number"]
    cell, start, gone, spell, cause, undoable = unpacked(counted.numbers, (-1, *sizes))
    return _Kinds(
        cell=cell, start=start, exit=gone, spell=spell, cause=cause, undoable=undoable, customers=counted.counts
    )


def _steps(kinds: _Kinds, *, first: int, close: int) -> dict[str, NDArray[np.bool_]]:
    """Whether a spell of each kind takes a step in the quarter between two edges, counted from 1."""
    begun, gone = kinds.start < close, kinds.exit < close
    joins = begun & (kinds.start >= first)
    leaves = gone & (kinds.exit >= first)
    left = leaves & ((kinds.cause == _OTHER) | (kinds.cause == _CAUSES.index("involuntary")))
    return {
        "open": (kinds.start < first) & (kinds.exit >= first),
        "joined": joins & (kinds.spell == _FIRST),
        "back": joins & (kinds.spell == _AGAIN),
        "lost_voluntary": left & (kinds.cause == _OTHER),
        "lost_involuntary": left & (kinds.cause != _OTHER),
        "transferred": leaves & (kinds.cause == _CAUSES.index("transfer")),
        "close": begun & ~gone,
        "provisional": left & (kinds.undoable == 1),
    }
