"""From spells to time at risk: where each begins and ends, counted, cut at quarters, laid out on one line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from cxlab.evidence.keys import Ints, Keys, packed_rows, stretches, unpacked
from cxlab.evidence.tally import tallied
from cxlab.quarter import Quarter, Window, day_number

SEEN_FROM = "seen_from"
"""Column of the day number from which on a row is at risk, where that is not the start of the spell."""

SPAN = 1 << 20
"""No tenure is as many days."""

NEVER = 1 << 30
"""Day of what has not happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Which ends of time at risk are losses.

    Parameters
    ----------
    columns : mapping of str to column
        What has to be known of a spell.
    codes : int
        Codes are below.
    code : callable
        Code of each spell of a batch, 0 where nobody was lost.
    """

    columns: Mapping[str, ir.Value]
    codes: int
    code: Callable[[Mapping[str, Ints]], Ints]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ends:
    """Ends of time at risk, or beginnings: how many customers share pattern, tenure and code of loss (0: none)."""

    pattern: Ints
    tenure: Ints
    code: Ints
    customers: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Customers at risk and lost of each pattern, tenure after tenure."""

    pattern: Ints
    tenure: Ints
    at_risk: Ints
    lost: dict[int, Ints]


def time_at_risk(
    lives: ir.Table,
    keys: Keys,
    *,
    loss: Loss,
    window: Window,
    quarters: Sequence[Quarter],
    at: int,
    width: float | ir.IntegerValue,
) -> tuple[Ends, Ends]:
    """Count beginnings and ends of time at risk; the spells are read once.

    Parameters
    ----------
    keys : Keys
        What makes a pattern.
    loss : Loss
        Which ends are losses, and of what code.
    quarters : sequence of Quarter
        Where time is cut; none: it is not. The number of the quarter takes place ``at`` of the pattern.
    width : float or integer column
        Days of a period of the clock; a column where each spell has its own, and time is not cut.
    """
    columns = {**keys.columns(lives), **loss.columns, "start": lives.start_day,
               "exit": ibis.coalesce(lives.exit_day, NEVER)}  # fmt: skip
    columns |= {"seen_from": lives[SEEN_FROM]} if SEEN_FROM in lives.columns else {}
    columns |= {} if isinstance(width, float) else {"width": width}
    clock = np.asarray(width if isinstance(width, float) else 0.0)
    sizes = (*keys.sizes[:at], max(len(quarters), 1), *keys.sizes[at:])
    patterns = math.prod(sizes)
    held_by = stretches([day_number(quarter.start) for quarter in quarters[1:]])
    seen = window.close_day - 1  # the last day on which an exit could be seen
    span = _longest(lives, window=window) + 1

    def made(rows: Mapping[str, Ints]) -> dict[str, Ints]:
        entry = np.maximum(window.open_day - rows["start"], 0)
        if "seen_from" in rows:
            entry = np.maximum(entry, rows["seen_from"] - rows["start"])
        end = np.minimum(rows["exit"], seen)
        there = end - rows["start"] > entry
        places = keys.places_in(rows)
        pattern = packed_rows([*places[:at], held_by(end), *places[at:]], sizes)
        begun, last = window.close_day - rows["start"], end - rows["start"]
        if not quarters:
            each = rows.get("width", clock)
            begun, last = _periods(np.floor, entry, each), _periods(np.ceil, last, each)
        numbers = {
            "entries": packed_rows([pattern, begun], (patterns, span)),
            "exits": packed_rows([pattern, loss.code(rows), last], (patterns, loss.codes, span)),
        }
        return numbers if there.all() else {name: of[there] for name, of in numbers.items()}

    counted = tallied(columns, made, lives)
    entries, exits = counted["entries"], counted["exits"]
    began, first = unpacked(entries.numbers, (-1, span))
    ended, why, tenure = unpacked(exits.numbers, (-1, loss.codes, span))
    beginnings = Ends(pattern=began, tenure=first, code=np.zeros_like(began), customers=entries.counts)
    ends = Ends(pattern=ended, tenure=tenure, code=why, customers=exits.counts)
    if not quarters or not isinstance(width, float):
        return beginnings, ends
    return _cut(beginnings, ends, quarters, window=window, inner=math.prod(keys.sizes[at:]), width=width)


def _longest(lives: ir.Table, *, window: Window) -> int:
    """Days since the oldest start: no tenure is longer, and small numbers are counted faster."""
    oldest = lives.start_day.min().to_pyarrow().as_py()
    return 0 if oldest is None else max(window.close_day - int(oldest), 0)


def _periods(rounded: np.ufunc, days: Ints, each: NDArray[Any]) -> Ints:
    """How many periods of so many days some days are, rounded."""
    if not each.ndim and each == 1:
        return days
    return np.asarray(rounded(days / each), dtype=np.int64)


def _cut(
    begun: Ends, ends: Ends, quarters: Sequence[Quarter], *, window: Window, inner: int, width: float
) -> tuple[Ends, Ends]:
    """Cut time at risk at the quarters' first days; an exit belongs to the quarter that holds its day.

    Where it is cut depends on the start alone: who ends in a later quarter leaves this one at its last day.
    """
    held_by = begun.pattern // inner % len(quarters)
    start = window.close_day - begun.tenure
    beginnings, later = [], [ends]
    for number, quarter in enumerate(quarters):
        close = min(window.close_day, day_number(quarter.end))
        entry = np.maximum(np.maximum(window.open_day, day_number(quarter.start) - 1) - start, 0)
        there = (held_by == number) | ((held_by > number) & (close - 1 - start > entry))
        stays = there & (held_by > number)
        pattern = begun.pattern + (number - held_by) * inner
        beginnings.append(_chosen(begun, there, pattern=pattern, tenure=entry))
        later.append(_chosen(begun, stays, pattern=pattern, tenure=close - 1 - start))
    first, last = _joined(beginnings), _joined(later)
    first.tenure[:] = np.floor(first.tenure / width)
    last.tenure[:] = np.ceil(last.tenure / width)
    return first, last


def _chosen(ends: Ends, which: NDArray[np.bool_], *, pattern: Ints, tenure: Ints) -> Ends:
    return Ends(
        pattern=pattern[which], tenure=tenure[which], code=ends.code[which], customers=ends.customers[which]
    )


def _joined(parts: Sequence[Ends]) -> Ends:
    pattern, tenure, code, customers = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("pattern", "tenure", "code", "customers")
    )
    return Ends(pattern=pattern, tenure=tenure, code=code, customers=customers)


def laid_out(beginnings: Ends, ends: Ends) -> Lines:
    """Lay the counts out on one line, pattern after pattern, and take the running difference."""
    patterns = np.unique(ends.pattern)
    began, ended = (np.searchsorted(patterns, of.pattern) for of in (beginnings, ends))
    first = np.full(len(patterns), SPAN, dtype=np.int64)
    np.minimum.at(first, began, beginnings.tenure + 1)
    length = np.zeros(len(patterns), dtype=np.int64)
    np.maximum.at(length, ended, ends.tenure)
    length += 2 - first
    offset = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)

    def line(pattern: Ints, tenure: Ints, customers: Ints) -> Ints:
        place = offset[pattern] + tenure - first[pattern]
        return np.bincount(place, weights=customers, minlength=offset[-1]).astype(np.int64)

    at_risk = np.cumsum(
        line(began, beginnings.tenure + 1, beginnings.customers) - line(ended, ends.tenure + 1, ends.customers)
    )
    kept = np.flatnonzero(at_risk > 0)
    row = np.repeat(np.arange(len(patterns)), length)[kept]
    lost = {}
    for code in np.unique(ends.code[ends.code > 0]).tolist():
        of = ends.code == code
        lost[code] = line(ended[of], ends.tenure[of], ends.customers[of])[kept]
    return Lines(pattern=patterns[row], tenure=kept - offset[row] + first[row], at_risk=at_risk[kept], lost=lost)
