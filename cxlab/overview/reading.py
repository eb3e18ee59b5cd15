"""What the leader's page reads of a finding, whoever made it: its verdict, a row, a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxlab.finding import Estimate, Finding, Unit, Verdict

Row = Mapping[Any, Any]
Found = Mapping[str, Finding]
"""What a run recorded, by name."""

CHANGE_OF: dict[Unit, Unit] = {"share": "share_points", "probability": "share_points"}
"""Unit of a difference, where it is another than that of the numbers."""


def number_of(finding: Finding | None) -> Estimate | None:
    """The headline, None where there is none or it is withheld."""
    return finding.headline if finding is not None and isinstance(finding.headline, Estimate) else None


def verdict_of(change: Finding | None) -> Verdict | None:
    """Verdict of the change on last quarter; None where there is nothing to compare with."""
    if number_of(change) is None or change is None or not {"against", "verdict"} <= set(change.table.columns):
        return None
    rows = change.table[change.table["against"] == "last_quarter"]
    return None if rows.empty else rows["verdict"].iloc[0]


def moved(change: Finding | None) -> str | None:
    """``"rise"`` or ``"fall"`` where the change on last quarter is real, else None."""
    number = number_of(change)
    if number is None or verdict_of(change) != "real_change":
        return None
    return "rise" if number.value > 0 else "fall"


def change_on(change: Finding, against: str) -> Estimate | None:
    """The change against ``"last_quarter"`` or ``"year_ago"``."""
    number = number_of(change)
    if number is None or "against" not in change.table.columns:
        return None
    rows = change.table[change.table["against"] == against]
    return None if rows.empty else estimate_in(rows.iloc[0].to_dict(), unit=number.unit)


def estimate_in(row: Row, *, unit: Unit) -> Estimate | None:
    """A table's row as an estimate; None where it holds no number or no interval."""
    value, low, high = (value_in(row, name) for name in ("estimate", "low", "high"))
    if value is None or (low is None and high is None):
        return None
    return Estimate(value=value, low=low, high=high, unit=unit, n=count_in(row))


def count_in(row: Row) -> int | None:
    """How many stand behind a row."""
    return None if pd.isna(row["n"]) else int(row["n"])


def value_in(row: Row, name: str) -> float | None:
    """A number beside the estimate, such as last quarter's; None where it is missing."""
    value: float | None = row.get(name)
    return None if value is None or pd.isna(value) else float(value)


NO_CODES = ("unit", "verdict", "more_is", "together", "total")
"""Columns of words or marks that name no group."""


def code_column(table: pd.DataFrame) -> str | None:
    """The first column of codes, such as the plan or the theme."""
    names = (name for name in table.columns[:-4] if name not in NO_CODES)
    return next((str(name) for name in names if not pd.api.types.is_numeric_dtype(table[name])), None)


def rows_of(finding: Finding | None) -> list[dict[Any, Any]]:
    """Rows of a finding's table; none of a finding that is missing or withheld."""
    return [] if finding is None or number_of(finding) is None else finding.table.to_dict("records")


def plain_value(value: object) -> float | None:
    """A value of a message as a bare number: an estimate loses its interval."""
    if isinstance(value, Estimate):
        return value.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
