"""Who was counted: active customers, answers, comments."""

from __future__ import annotations

from datetime import date

from cxlab.finding import Message
from cxlab.overview.reading import Found, code_column, number_of
from cxlab.overview.voices import comments
from cxlab.quarter import Quarter


def scope(found: Found, *, quarter: Quarter) -> tuple[Message, ...]:
    """Return the lines of the masthead; when the data were closed stands beside them on the page."""
    lines: list[Message] = []
    active = _step(found, "churn.left", "close")
    if active is not None:
        last_day = date.fromordinal(quarter.end.toordinal() - 1)
        lines.append(Message("overview.scope.active", {"n": active, "day": last_day}))
    score, texts = number_of(found.get("nps.score")), _step(found, "voc.coverage", "texts")
    written = comments(found) if texts is None else texts
    for what, n in (("answers", None if score is None else score.n), ("comments", written)):
        if n is not None:
            lines.append(Message(f"overview.scope.{what}", {"n": n}))
    return tuple(lines)


def _step(found: Found, name: str, step: str) -> int | None:
    finding = found.get(name)
    column = None if finding is None else code_column(finding.table)
    if finding is None or column is None:
        return None
    rows = finding.table.loc[finding.table[column] == step, "estimate"]
    return None if rows.empty else int(rows.iloc[0])
