"""Lives built by hand: rows in, the prepared table out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest

from cxlab.quarter import Window

WINDOW = Window(open=date(2026, 1, 1), close=date(2026, 7, 1))


def as_lives(frame: pd.DataFrame, window: Window = WINDOW) -> ir.Table:
    """Fill in what a spell's row follows from: entry, tenure and the codes left out."""
    frame = frame.copy()
    for name, value in {"spell": 1, "plan": "a", "region": "x", "provisional": False}.items():
        if name not in frame:
            frame[name] = value
    if "account_id" not in frame:
        frame["account_id"] = [f"c{place}" for place in range(len(frame))]
    for name in ("margin_amount", "revenue_amount"):
        if name not in frame:
            frame[name] = 0
    frame["exit_day"] = frame["exit_day"].astype("Int32")
    end = frame["exit_day"].fillna(window.close_day).astype(int)
    frame["entry_days"] = (window.open_day - frame["start_day"]).clip(lower=0)
    frame["tenure_days"] = end - frame["start_day"]
    for name in ("cause", "reason"):
        if name not in frame:
            frame[name] = frame["exit_day"].notna().map({True: "voluntary", False: None})
    text = {"cause": "string", "reason": "string"}
    schema = {**text, "exit_day": "int32", "start_day": "int32"}
    return ibis.memtable(frame.astype(text), schema=ibis.schema({c: _type(frame, c, schema) for c in frame}))


def _type(frame: pd.DataFrame, column: str, schema: dict[str, str]) -> Any:
    if column in schema:
        return schema[column]
    kind = frame[column].dtype.kind
    return {"i": "int64", "b": "boolean", "f": "float64"}.get(kind, "string")


@pytest.fixture
def lives() -> Callable[..., ir.Table]:
    def build(rows: Sequence[tuple[int, int | None]], **columns: Any) -> ir.Table:
        """Spells as (start, end) in days after the window opened; end None = active."""
        opens = WINDOW.open_day
        return as_lives(
            pd.DataFrame(
                {
                    "start_day": [opens + start for start, _ in rows],
                    "exit_day": [None if end is None else opens + end for _, end in rows],
                    **columns,
                }
            )
        )

    return build
