"""What people wrote for the page: decisions and commentary, and what became of last quarter's words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from cxlab.finding import Estimate, Message, Value
from cxlab.overview.board import MOST_DECISIONS, Commentary, Decision
from cxlab.quarter import Quarter

LANGUAGES = ("en", "vi")


def decisions(frame: pd.DataFrame, *, quarter: Quarter) -> tuple[Decision, ...]:
    """Return the decisions asked this quarter, the most money first, at most three.

    Parameters
    ----------
    frame : DataFrame
        Table ``decisions``: one row per decision.
    quarter : Quarter
        Whose decisions.
    """
    asked = [_decision(row) for row in _rows(frame, quarter)]
    asked.sort(key=_money, reverse=True)
    return tuple(asked[:MOST_DECISIONS])


def _decision(row: Mapping[Hashable, object]) -> Decision:
    due = row.get("due")
    return Decision(
        what=_text(row, "text"),
        role=str(row["role"]),
        due=None if pd.isna(due) else pd.Timestamp(due).date(),  # type: ignore[call-overload, arg-type]
        cost=_amount(row, "cost_amount"),
        returns=_returns(row),
        pays_back=_number(row, "pays_back_share"),
    )


def _money(decision: Decision) -> float:
    returns = decision.returns.value if isinstance(decision.returns, Estimate) else decision.returns or 0
    return max(returns, decision.cost or 0)


def _returns(row: Mapping[Hashable, object]) -> Estimate | int | None:
    """What a decision brings in a year, only where the team wrote it; with its range where it wrote one."""
    value = _amount(row, "returns_amount")
    low, high = _amount(row, "returns_low_amount"), _amount(row, "returns_high_amount")
    if value is None or low is None or high is None or not low <= value <= high:
        return value
    return Estimate(value=value, low=low, high=high, unit="amount")


def commentary(frame: pd.DataFrame, *, quarter: Quarter, question: str = "overview") -> Commentary | None:
    """Return the team's paragraph for a page, signed with a role; None where nobody wrote one."""
    rows = [row for row in _rows(frame, quarter) if _word(row.get("question"), "overview") == question]
    if not rows:
        return None
    first = rows[0]["commentary_id"]
    words = {str(row["language"]): str(row["text"]) for row in rows if row["commentary_id"] == first}
    return Commentary(role=str(rows[0]["role"]), words=words)


def promises(frame: pd.DataFrame, *, before: Quarter, today: pd.Timestamp) -> tuple[Message, ...]:
    """Say what became of the decisions of the quarter before: done, late, still open."""
    rows = _rows(frame, before)
    if not rows:
        return ()
    done = sum(not pd.isna(row.get("done_at")) for row in rows)  # type: ignore[call-overload]
    open_rows = [row for row in rows if pd.isna(row.get("done_at"))]  # type: ignore[call-overload]
    due = [row["due"] for row in open_rows if not pd.isna(row.get("due"))]  # type: ignore[call-overload]
    late = sum(pd.Timestamp(day) < today for day in due)  # type: ignore[arg-type]
    values: dict[str, Value] = {"quarter": before, "asked": len(rows), "done": done, "late": late}
    if len(rows) == done + late:
        return (Message("overview.said.decisions.all_due", values),)
    return (Message("overview.said.decisions", values | {"open": len(rows) - done - late}),)


def _rows(frame: pd.DataFrame, quarter: Quarter) -> list[dict[Hashable, object]]:
    if frame.empty or "quarter" not in frame.columns:
        return []
    return frame[frame["quarter"].astype(str) == str(quarter)].to_dict("records")


def _text(row: Mapping[Hashable, object], stem: str) -> dict[str, str]:
    found = {language: _word(row.get(f"{stem}_{language}"), "") for language in LANGUAGES}
    return {language: words for language, words in found.items() if words}


def _word(value: object, default: str) -> str:
    return (
        default if value is None or value is pd.NA or (isinstance(value, float) and value != value) else str(value)
    )


def _amount(row: Mapping[Hashable, object], name: str) -> int | None:
    value = row.get(name)
    return None if value is None or pd.isna(value) else int(value)  # type: ignore[call-overload]


def _number(row: Mapping[Hashable, object], name: str) -> float | None:
    value = row.get(name)
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]
