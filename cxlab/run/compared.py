"""Two ledgers of one quarter, number by number: what is equal, and where it is not, then and now.

Whole numbers (counts), words and verdicts have to be the same; other numbers may differ by `RELATIVE`, because
sums of floats in another order do.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from numbers import Integral, Real
from typing import TypeAlias

import numpy as np
import pandas as pd

from cxlab.finding import Estimate, Finding, Label, Message
from cxlab.quarter import Quarter

RELATIVE = 1e-9
"""Largest relative difference of two floats that count as equal."""

ABSOLUTE = 1e-12
"""Below this a float counts as zero: sums that cancel leave no more than that."""

Plain: TypeAlias = str | int | float | bool | None
Told: TypeAlias = dict[str, Plain]
"""Everything a finding says, one value a place: ``"table: estimate, plan=en90"``."""

PEOPLES_WORDS = ("text",)
"""Columns of a table that hold what people wrote: that they differ is said, not what they say."""

GONE = "not there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where two ledgers differ: the finding, the place in it, what it said then and says now."""

    finding: str
    place: str
    then: Plain
    now: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of a comparison.

    Parameters
    ----------
    findings : int
        How many findings either ledger holds.
    numbers, numbers_equal : int
        Numbers compared, and how many of them are equal within the tolerance.
    words, words_equal : int
        Everything that is no number: messages, verdicts, codes, results of checks.
    differences : tuple of Difference
        In the order of the findings.
    """

    findings: int
    numbers: int
    numbers_equal: int
    words: int
    words_equal: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether there is no difference."""
        return not self.differences


def compared(then: Sequence[Finding], now: Sequence[Finding]) -> Comparison:
    """Compare what was found then with what is found now.

    Parameters
    ----------
    then, now : sequence of Finding
        Of one quarter; findings are matched by name, rows of a table by their codes where these are unique, else
        by their place.
    """
    before, after = ({one.name: told(one) for one in side} for side in (then, now))
    names = list(dict.fromkeys([*before, *after]))
    tally: Counter[str] = Counter()
    differences: list[Difference] = []
    for name in names:
        old, new = before.get(name, {}), after.get(name, {})
        for place in dict.fromkeys([*old, *new]):
            pair = old.get(place, GONE), new.get(place, GONE)
            kind = "numbers" if any(map(_is_number, pair)) else "words"
            tally[kind] += 1
            if _same(*pair):
                tally[f"{kind}_equal"] += 1
            else:
                differences.append(Difference(finding=name, place=place, then=pair[0], now=pair[1]))
    return Comparison(
        findings=len(names),
        numbers=tally["numbers"],
        numbers_equal=tally["numbers_equal"],
        words=tally["words"],
        words_equal=tally["words_equal"],
        differences=tuple(differences),
    )


def told(finding: Finding) -> Told:
    """Return everything a finding says, by the place it says it."""
    said: Told = {"about": str(finding.about), "definition": finding.definition, "shape": finding.shape}
    if isinstance(finding.headline, Estimate):
        said |= _estimate(finding.headline, "headline")
    else:
        said |= _message(finding.headline.reason, "withheld")
    said |= _message(finding.message, "message") | _message(finding.method, "method")
    for check in finding.checks:
        said[f"check {check.name}: passed"] = check.passed
        said |= _message(check.message, f"check {check.name}")
    if finding.replicates is not None:
        said |= {f"replicate {place}": float(value) for place, value in enumerate(finding.replicates, start=1)}
    return said | dict(_table(finding.table))


def _message(message: Message, place: str) -> Told:
    said: Told = {place: message.id}
    for name in sorted(message.values):
        value = message.values[name]
        said |= _estimate(value, f"{place}: {name}") if isinstance(value, Estimate) else {}
        if not isinstance(value, Estimate):
            said[f"{place}: {name}"] = _plain(value)
    return said


def _estimate(estimate: Estimate, place: str) -> Told:
    return {f"{place}: {name}": _plain(value) for name, value in asdict(estimate).items()}


def _table(table: pd.DataFrame) -> Iterator[tuple[str, Plain]]:
    """Yield every cell, named by its column and its row."""
    keys = _keys(table)
    rows = [", ".join(f"{key}={_plain(row[key])}" for key in keys) for row in table[keys].to_dict("records")]
    if not keys:
        rows = [f"row {place}" for place in range(1, len(table) + 1)]
    yield "table: columns", ", ".join(map(str, table.columns))
    yield "table: rows", len(rows)
    for column in table.columns.difference(keys, sort=False):
        for name, value in zip(rows, table[column], strict=True):
            said = _plain(value)
            yield f"table: {column}, {name}", _hushed(said) if column in PEOPLES_WORDS else said


def _keys(table: pd.DataFrame) -> list[str]:
    """Return the columns whose codes name each row: as few of the first ones as tell all rows apart, or none."""
    codes = [name for name in table.columns[:-4] if not pd.api.types.is_float_dtype(table[name])]
    codes = [name for name in codes if name not in PEOPLES_WORDS]
    prefixes = (codes[:many] for many in range(1, len(codes) + 1))
    return next((keys for keys in prefixes if not table.duplicated(keys).any()), [])


def _hushed(said: Plain) -> Plain:
    if not isinstance(said, str):
        return said
    return f"{len(said)} characters, {hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _plain(value: object) -> Plain:
    match value:
        case None | str() | bool():
            return value
        case np.bool_():
            return bool(value)
        case Integral():
            return int(value)
        case Real():
            return None if math.isnan(float(value)) else float(value)
        case Label():
            return f"{value.of}.{value.code}"
        case tuple():
            return ", ".join(str(_plain(item)) for item in value)
        case date() | Quarter():
            return str(value)
    return None if value is pd.NA or value is pd.NaT else str(value)


def _is_number(value: Plain) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(then: Plain, now: Plain) -> bool:
    if not _is_number(then) or not _is_number(now):
        return then == now and type(then) is type(now)
    assert isinstance(then, int | float)
    assert isinstance(now, int | float)
    if float(then).is_integer() and float(now).is_integer():
        return then == now
    return math.isclose(then, now, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
