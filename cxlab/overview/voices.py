"""What customers say, for the leader's page: the theme that goes with the change, and their own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast, get_args

import pandas as pd

from cxlab.finding import Finding, Label, Message, Value
from cxlab.overview.board import Quote, QuoteKind
from cxlab.overview.reading import Found, Row, count_in, estimate_in, number_of, rows_of, value_in

FIRM = ("passed", "")
"""Gates of the themes on which coders agree enough to speak of them first."""

WHO = ("plan", "tenure")
"""Columns of a quote that may say who speaks: groups, never a person."""


def theme_moved(found: Found) -> Message | None:
    """Say how often the theme is named that grew most for real; else the most named one."""
    row = _leading(found.get("voc.themes"))
    if row is None:
        return None
    share, last = estimate_in(row, unit="share"), value_in(row, "last")
    if share is None:
        return None
    values: dict[str, Value] = {"theme": _theme(row), "share": share}
    if last is None:
        return Message("overview.why.theme.first", values)
    case = "real_rise" if _grew(row) else str(row.get("verdict") or "cannot_tell")
    if case == "real_change":
        case = "real_fall"
    return Message(f"overview.why.theme.{case}", {**values, "last": last})


def theme_score(found: Found) -> Message | None:
    """Say how those score who name that theme (``voc.score``)."""
    leading = _leading(found.get("voc.themes"))
    if leading is None:
        return None
    scores = found.get("voc.score")
    unit = number_of(scores)
    for row in rows_of(scores) if unit is not None and unit.unit == "points" else []:
        score = estimate_in(row, unit="points")
        if row.get("theme") == leading.get("theme") and score is not None:
            return Message("overview.why.score", {"theme": _theme(leading), "score": score})
    return None


def quotes(found: Found, *, minimum_n: int) -> tuple[Quote, ...]:
    """One typical, one contrary and one new quote, each of a theme that enough customers named.

    Parameters
    ----------
    found : mapping of str to Finding
        ``voc.quotes`` holds redacted texts in the language they were written in; ``estimate`` is the score given.
        ``voc.uncoded`` holds the words that are new and have no code.
    minimum_n : int
        Quotes of rarer themes are not shown.
    """
    finding = found.get("voc.quotes")
    leading = _leading(found.get("voc.themes"))
    first = None if leading is None else leading.get("theme")
    kept: dict[str, Quote] = {}
    rows = [] if finding is None else finding.table.to_dict("records")
    for row in sorted(rows, key=lambda row: row.get("theme") != first):
        kind = str(row.get("kind"))
        if kind in get_args(QuoteKind) and kind not in kept and (count_in(row) or 0) >= minimum_n:
            kept[kind] = _quote(row, new=rows_of(found.get("voc.uncoded")) if kind == "new" else [])
    return tuple(kept[kind] for kind in get_args(QuoteKind) if kind in kept)


def _quote(row: Row, *, new: Sequence[Row]) -> Quote:
    who = tuple(Label(of=name, code=str(row[name])) for name in WHO if _has(row, name))
    score = value_in(row, "estimate")
    return Quote(
        kind=cast(QuoteKind, str(row["kind"])),
        words=str(row["text"]),
        language=str(row.get("language") or ""),
        who=who,
        score=None if score is None else round(score),
        theme=_theme(row) if _has(row, "theme") else None,
        about=_new_word(str(row["text"]), new),
    )


def _new_word(text: str, new: Sequence[Row]) -> Message | None:
    """Say which new word a text holds, and in how many comments it stands."""
    held = (row for row in new if _has(row, "term") and str(row["term"]) in text.casefold())
    row = next(held, None)
    if row is None:
        return None
    return Message("overview.quote.new", {"term": str(row["term"]), "share": float(row["estimate"])})


def _has(row: Row, name: str) -> bool:
    value: object = row.get(name)
    return not (value is None or value == "" or pd.isna(value))  # type: ignore[call-overload]


def _theme(row: Row) -> Label:
    return Label(of="theme", code=str(row["theme"]))


def _grew(row: Row) -> bool:
    change = value_in(row, "change")
    return row.get("verdict") == "real_change" and change is not None and change > 0


def _leading(themes: Finding | None) -> Row | None:
    """The theme whose share grew most for real, else the most named one."""
    rows = [row for row in rows_of(themes) if "theme" in row and row.get("gate", "") in FIRM]
    grown = [row for row in rows if _grew(row)]
    if grown:
        return max(grown, key=lambda row: float(row["change"]))
    return max(rows, key=lambda row: float(row["estimate"]), default=None)


def comments(found: Found) -> int | None:
    """How many comments the shares of the themes rest on."""
    number = number_of(found.get("voc.themes"))
    return None if number is None else number.n
