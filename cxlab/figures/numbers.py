"""Rows of a finding's table as numbers that can be written and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.ticker import MaxNLocator

from cxlab.finding import Estimate, Finding, Label
from cxlab.wording import Wording


@dataclass(frozen=True, slots=True)
class Number:
    """A row's estimate; ends and n are None where the table has none."""

    value: float
    low: float | None
    high: float | None
    n: int | None
    unit: str

    def written(self, wording: Wording, *, style: str = "short") -> str:
        """Write value and interval the short way: ``"8.8% (8.3 to 9.4)"``."""
        if self.low is None and self.high is None:
            return self.said(wording, style=style)
        return f"{self.said(wording, style=style)} ({wording.number(self.estimate(), 'range')})"

    def said(self, wording: Wording, *, style: str = "short") -> str:
        """Write the value alone, rounded as with its interval."""
        if self.low is None and self.high is None:
            return wording.number(self.value, f"{FORM.get(self.unit, self.unit)}_{style}")
        return wording.number(self.estimate(), style)

    def estimate(self) -> Estimate:
        """Return it as an estimate; one end at least has to be known."""
        return Estimate(value=self.value, low=self.low, high=self.high, unit=self.unit)  # type: ignore[arg-type]

    @property
    def ends(self) -> list[float]:
        """Everything that has to be inside the plot."""
        return [self.value, *(end for end in (self.low, self.high) if end is not None)]


SPECIAL = frozenset(
    {"gate", "verdict", "more_is", "unit", "total", "together", "rank", "passed", "reference", "scale_min",
     "scale_max", "share", "ratio", "amount", "points", "score", "count"}
)  # fmt: skip
"""Columns of words, whole numbers or signs that never name what the rows are."""

FORM = {"share_points": "points", "points": "nps"}
"""Form of a unit where it is not called the same."""


def short(value: float, unit: str, wording: Wording) -> str:
    """Write a bare number the short way."""
    return wording.number(value, f"{FORM.get(unit, unit)}_short")


_SUMS = ("amount", "points", "share_points", "score")
_USUAL = {"flow": "count", "forest": "ratio"}


def numbers(table: pd.DataFrame, *, unit: str) -> list[Number]:
    """Read the rows of a table; a row without an estimate is refused.

    What was counted in full, both ends being the estimate, has no interval.

    Raises
    ------
    ValueError
        If an estimate is missing: rows that may not be shown are left out of the table.
    """
    rows = []
    for value, low, high, n in table[["estimate", "low", "high", "n"]].itertuples(index=False, name=None):
        if not _known(value):
            raise ValueError("every row of a finding's table has an estimate; leave out what is not shown")
        counted = low == value == high
        ends = [float(end) if _known(end) and not counted else None for end in (low, high)]
        rows.append(Number(float(value), ends[0], ends[1], int(n) if _known(n) else None, unit))
    return rows


def unit_of(finding: Finding) -> str:
    """Unit of the table: its column ``unit``, that of the headline, of an estimate in the sentence.

    Without any of them it is what the numbers look like. A flow counts and a forest holds ratios unless that unit
    is one of sums or differences.
    """
    if "unit" in finding.table:
        return str(finding.table["unit"].iloc[0])
    told = next(
        (each.unit for each in (finding.headline, *finding.message.values.values()) if isinstance(each, Estimate)),
        None,
    )
    if finding.shape in _USUAL:
        return told if told in _SUMS else _USUAL[finding.shape]
    inside = finding.table["estimate"].astype(float).abs().max() <= 1
    return told or ("share" if inside else "count")


def codes(finding: Finding, *, wording: Wording) -> tuple[str, list[str]]:
    """Name the rows: the first column that holds codes, and each row's label."""
    column = next(iter(code_columns(finding.table)), "")
    if not column:
        return "", [""] * len(finding.table)
    return column, [name_of(column, code, wording=wording) for code in finding.table[column]]


def code_columns(table: pd.DataFrame) -> list[str]:
    """Columns that say what the rows are, in the order of the table: neither measured nor of another meaning."""
    names = [str(column) for column in table.columns[:-4]]
    return [name for name in names if name not in SPECIAL and not pd.api.types.is_float_dtype(table[name])]


def name_of(of: str, code: object, *, wording: Wording) -> str:
    """Name one code, with a capital unless the first word has one of its own, such as eSIM."""
    words = wording.label(Label(of=of, code="" if not _known(code) else str(code)))
    return words[:1].upper() + words[1:] if words.partition(" ")[0].islower() else words


def drawn_of(finding: Finding, *, wording: Wording) -> str:
    """Say what is drawn and in which unit."""
    name = f"figure.{finding.name}"
    currency = f"currency.{wording.currency}"
    unit = wording.text(currency) if wording.knows(currency) else wording.currency
    values: Mapping[str, object] = {**finding.message.values, "quarter": finding.about, "unit": unit}
    return wording.text(name if wording.knows(name) else f"figure.{finding.shape}", **values)


def nice_ticks(low: float, high: float, *, most: int) -> list[float]:
    """Round ticks that span both ends."""
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = low - abs(low or 1) / 2, high + abs(high or 1) / 2
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [0.0 if abs(tick) < 1e-9 * (high - low) else float(tick) for tick in ticks]


def tick_words(ticks: list[float], unit: str, wording: Wording) -> list[str]:
    """Write ticks, all with the same number of decimals."""
    factor = {"share": 100, "share_points": 100, "probability": 100, "months": 1, "score": 1}.get(unit)
    if factor is None:
        return [short(tick, unit, wording) for tick in ticks]
    if all(abs(tick * factor - round(tick * factor)) < 1e-9 for tick in ticks):
        return [short(round(tick * factor) / factor, unit, wording) for tick in ticks]
    return [wording.number(Estimate(value=t, low=t, high=t, unit=unit), "short") for t in ticks]  # type: ignore[arg-type]


def _known(value: object) -> bool:
    return not pd.isna(value) and value is not None  # type: ignore[call-overload]
